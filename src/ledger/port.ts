import type { Fact, RecordedFact } from '../approval/facts.ts';

/** A pull request by the repository's full name and its number. */
export interface PullKey {
  readonly repository: string;
  readonly number: number;
}

/**
 * The ledger: append-only facts per pull request, deliveries seen, and which pull requests await
 * reconciliation. Few operations, all required; one contract suite for every implementation.
 */
export interface Ledger {
  /**
   * Records facts and marks the pull request dirty, in one transaction. With a `delivery` (GUID) that was
   * recorded before, nothing is written and the answer is false. A fact that would repeat a vote's or an
   * answer's `source` (with the same fingerprint) is left out.
   */
  record(
    key: PullKey,
    facts: readonly Fact[],
    delivery: string | null,
    installation: number,
  ): Promise<boolean>;
  facts(key: PullKey): Promise<readonly RecordedFact[]>;
  markDirty(key: PullKey, installation: number): Promise<void>;
  /** Dirty pull requests, oldest first; stays dirty until `clean` with the same mark. */
  dirty(): Promise<
    readonly { readonly key: PullKey; readonly installation: number; readonly mark: number }[]
  >;
  /** Takes the mark away unless the pull request was marked again since. */
  clean(key: PullKey, mark: number): Promise<void>;
  /** Pull requests last known open, for the sweep. */
  open(): Promise<readonly { readonly key: PullKey; readonly installation: number }[]>;
  close(): Promise<void>;
}
