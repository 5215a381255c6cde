import type { Fact, RecordedFact } from '../approval/facts.ts';
import type { Entry, Head } from './chain.ts';

/** A pull request by the repository's full name and its number. */
export interface PullKey {
  readonly repository: string;
  readonly number: number;
}

/** For how long a pull request is taken, and by whom. */
export interface Lease {
  /** Names the process to people who look into the ledger. */
  readonly holder: string;
  /** Milliseconds by the ledger's clock; then anybody may take it again unless it was renewed. */
  readonly ms: number;
}

/** A pull request that is ours to reconcile until the lease ends. */
export interface Taken {
  readonly key: PullKey;
  readonly installation: number;
  /** What was asked for when it was taken; `release` sees by it whether more has come since. */
  readonly mark: number;
  /** Which taking this is: a holder whose lease has ended changes nothing any more. */
  readonly lease: number;
  /** Failures in a row before this. */
  readonly failures: number;
}

/** How a reconciliation ended. */
export type Outcome =
  /** `againInMs`: when time alone asks for it again; null when it does not. */
  | { readonly kind: 'done'; readonly againInMs: number | null }
  /** It stays dirty, and nobody takes it before. */
  | { readonly kind: 'failed'; readonly retryInMs: number };

/** What `record` writes: the facts of one pull request, under the delivery that told them. */
export interface Recording {
  readonly key: PullKey;
  readonly facts: readonly Fact[];
  readonly delivery: string | null;
  readonly installation: number;
}

/** A pull request and the installation through which it was seen last. */
export interface KnownPull {
  readonly key: PullKey;
  readonly installation: number;
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
  /** What is known of a pull request, without what was forgotten. */
  facts(key: PullKey): Promise<readonly RecordedFact[]>;
  markDirty(key: PullKey, installation: number): Promise<void>;
  /**
   * Asks for a pull request after all that are dirty, as time does when it asks for one: what nothing is known to
   * have happened to keeps nobody waiting. Without effect on one that is taken at this moment.
   */
  remind(key: PullKey, installation: number): Promise<void>;
  /** Dirty pull requests, longest waiting first, those that are taken or wait for a retry among them. */
  dirty(): Promise<readonly KnownPull[]>;
  /**
   * Takes the pull request that waits longest and is neither taken nor waiting for a retry; null when there is
   * none. Of all processes on one ledger, one gets it.
   */
  take(lease: Lease): Promise<Taken | null>;
  /** Makes the lease end `ms` from now. False when it had ended and somebody else has it. */
  renew(taken: Taken, ms: number): Promise<boolean>;
  /** Gives it back; it stays dirty when it was marked again since. Without effect when the lease was lost. */
  release(taken: Taken, outcome: Outcome): Promise<void>;
  /**
   * Takes a duty that one process at a time has, by name, or keeps it: until `lease.ms` from now. False while
   * another holder has it.
   */
  takeDuty(name: string, lease: Lease): Promise<boolean>;
  /** Gives it back; without effect for whoever does not have it. */
  leaveDuty(name: string, holder: string): Promise<void>;
  /** Pull requests last known open, for the sweep. */
  open(): Promise<readonly KnownPull[]>;
  /** Every pull request of a repository that was ever met, open or not. */
  known(repository: string): Promise<readonly KnownPull[]>;
  /** Which of these deliveries (GUIDs) were recorded, as far as they are not forgotten. */
  arrived(deliveries: readonly string[]): Promise<ReadonlySet<string>>;
  /** The failed attempt (GitHub's id) after which each of these deliveries (GUIDs) was asked for last. */
  askedFor(deliveries: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** A delivery was asked for because of this failed attempt. */
  noteAskedFor(delivery: string, attempt: number): Promise<void>;
  /** The newest link of each repository's chain, by the repository's name. */
  heads(): Promise<readonly Head[]>;
  /** At most `limit` links of one chain after `sequence`, in order. */
  entries(repository: string, after: number, limit: number): Promise<readonly Entry[]>;
  /**
   * Forgets what the facts say of pull requests that are not open and of which nothing was recorded since
   * `before` (ISO 8601 instant), and deliveries seen or asked for before it. The links and their hashes stay.
   * Answers how many facts were forgotten.
   */
  forget(before: string): Promise<number>;
  close(): Promise<void>;
}
