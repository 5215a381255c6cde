import type { HttpAction, Known, RuntimeAction, TableName } from './action.ts';
import type { ServerIdentity } from './server-identity.ts';
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
  /** Told what becomes of sessions' transactions, in the order of the server's answers. */
  follow?(session: Session, event: TransactionEvent): void;
}

/** A session of a target, as a check that remembers what it wrote must tell it from others. */
export interface Session {
  /** Unique in this run. */
  readonly id: string;
  /** The server's own number of it, by which others can ask whether it still lives; null where not told. */
  readonly backend: number | null;
}

export type TransactionEvent =
  /** No transaction is open: whatever ran before is committed or undone. `undone`: surely the latter. */
  | { readonly event: 'ended'; readonly undone?: true }
  /** The connection is gone, and the server may still be at work on what it was sent. */
  | { readonly event: 'lost' }
  | {
      readonly event: 'savepoint' | 'released' | 'rolled-back-to' | 'prepared' | 'prepared-ended';
      /** Of the savepoint, or the global identifier of the prepared transaction. */
      readonly name: string;
      /** False where the text held other statements too, so that the order of things is not known. */
      readonly alone: boolean;
    };

/** A query that changes nothing. Values are texts; an OID of 0 leaves the type to the server. */
export interface ReadQuery {
  readonly text: string;
  readonly oids: readonly number[];
  readonly values: readonly (string | null)[];
  /** It must see what others have committed by now, not what they had when the transaction began. */
  readonly fresh: boolean;
}

export type ReadRows = readonly (readonly (string | null)[])[];

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
  readonly session: Session;
  /** Asks as the session itself: its uncommitted rows, its role, its names. */
  read(query: ReadQuery): Promise<Known<ReadRows>>;
  /**
   * Rows, as text, of one statement that may run code of the target (EXPLAIN, a look-up): seen as the caller's
   * transaction sees, read-only, undone, and given up after half a second.
   */
  query(sql: string, params: readonly (string | null)[]): Promise<Known<ReadRows>>;
  /** As `query`, of PostgreSQL's own catalog alone: remembered until a statement may have changed definitions. */
  catalog(sql: string, params: readonly (string | null)[]): Promise<Known<ReadRows>>;
  /** Who the server says that it is; without it that stays unknown. */
  identify?(): Promise<Known<ServerIdentity>>;
}
