import type { SqlToken } from './parser.ts';

/** A statement's text by the byte offsets that parser and scanner speak in. Comments are left out. */
export class Source {
  readonly text: string;
  readonly tokens: readonly SqlToken[];
  readonly #bytes: Uint8Array;
  readonly #at: ReadonlyMap<number, number>;

  constructor(text: string, tokens: readonly SqlToken[]) {
    this.text = text;
    this.tokens = tokens.filter((token) => token.kind !== 'comment');
    this.#bytes = new TextEncoder().encode(text);
    this.#at = new Map(this.tokens.map((token, index) => [token.start, index]));
  }

  slice(start: number, end: number): string {
    return new TextDecoder().decode(this.#bytes.subarray(start, end));
  }

  /** Index of the token that begins at this offset. */
  tokenAt(offset: number): number | null {
    return this.#at.get(offset) ?? null;
  }

  /** Index of the last token that begins at this offset or before it. */
  tokenBefore(offset: number): number {
    let low = 0;
    let high = this.tokens.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.tokens[middle]?.start ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

export function isKeyword(token: SqlToken | undefined, word: string): boolean {
  return token?.kind === 'keyword' && token.text.toLowerCase() === word;
}
