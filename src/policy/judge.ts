import type { HttpAction, Known, RuntimeAction, TableName } from './action.ts';
import type { Resolution } from './verdict.ts';

/**
 * The port between gates and everything else. A gate builds a RuntimeAction, asks, and obeys.
 */
export interface Judge {
  /**
   * What must be read of an HTTP request before it can be judged: its head alone, or the body too. A body
   * that no rule can need is streamed.
   */
  reads(
    head: Pick<HttpAction, 'target' | 'method' | 'scheme' | 'host' | 'port' | 'path' | 'headers'>,
  ): 'head' | 'body';
  /** Never throws and never rejects: what goes wrong inside is a hold that says so. */
  judge(action: RuntimeAction, scope: TransactionScope | null): Promise<Ruling>;
}

/** How a judged runtime action ended; told exactly once by the gate. */
export type Settlement =
  /** It ran and the target answered. */
  | 'completed'
  /** It ran and the target answered with an error. */
  | 'failed'
  /** The refusal reached the caller: only now does a hold count. */
  | 'refused'
  /** It never came to it (an earlier error in the pipeline, the connection was gone). */
  | 'void';

interface RulingBase {
  /** Milliseconds from sending to the target until its answer, where it ran. */
  settle(settlement: Settlement, latencyMs?: number): void;
}

export interface Allowed extends RulingBase {
  readonly outcome: 'allow';
}

/** A refusal in words, for the protocol's own error message. All texts are one line each. */
export interface Refused extends RulingBase {
  readonly outcome: 'held' | 'denied';
  readonly actionId: string;
  readonly message: string;
  readonly detail: string;
  readonly hint: string;
}

export type Ruling = Allowed | Refused;

/** What a gate can find out inside the caller's own transaction without changing anything. */
export interface TransactionScope {
  /** Resolves names as the session would (search_path, temporary tables), in the order given. */
  resolve(tables: readonly TableName[]): Promise<Known<readonly Resolution[]>>;
}
