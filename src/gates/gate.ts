/** A running gate. No gate, no connection: when it closes, every connection through it closes too. */
export interface Gate {
  /** Where the suite reaches it. */
  readonly host: string;
  readonly port: number;
  /** Loads what the first connection needs, so that it need not wait for that; where it fails, that one is told. */
  warm?(): void;
  /** Ends every session and stops listening; resolves when both are done. Safe to call twice. */
  close(): Promise<void>;
}
