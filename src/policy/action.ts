/**
 * A runtime action: one operation about to execute. Gates build these from protocol bytes; everything after
 * a gate reads only this. What a gate could not read is `{ known: false }`, never a guess.
 */

/** A value that could be read, or the reason why it could not. */
export type Known<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly why: string };

/** JSON as it came over the wire. Numbers keep their source text, so that 2^53+1 is not 2^53. */
export type Json = null | boolean | string | JsonNumber | readonly Json[] | { readonly [key: string]: Json };

/**
 * A JSON number by its source text. A class, tested with `instanceof`: a plain `{ "number": "5" }` in a body
 * is an object and must never pass for the number 5. Gates write `new JsonNumber('5')`.
 */
export class JsonNumber {
  readonly number: string;
  readonly #isNumber = true;

  constructor(number: string) {
    this.number = number;
  }

  static is(value: unknown): value is JsonNumber {
    return typeof value === 'object' && value !== null && #isNumber in value;
  }
}

/** Where in the suite a runtime action was caused; `file` is relative to the repository. */
export interface Origin {
  readonly file: string;
  readonly line: number;
}

export type ActionKind = 'sql' | 'http' | 'command' | 'call';

/** The real system behind a gate. */
export interface Target {
  readonly name: string;
  readonly kind: 'postgres' | 'http' | 'command' | 'call';
  /** False when the policy does not name it: `name` is then host:port. */
  readonly declared: boolean;
  readonly disposable: boolean;
  /** What an approval binds: the name of a disposable target, else host, port and database. */
  readonly identity: string;
  readonly host: string | null;
  readonly port: number | null;
  readonly database: string | null;
}

interface ActionBase {
  readonly target: Target;
  readonly origin: Origin | null;
}

/** The verbs that `on: { sql: { operation } }` knows. */
export const sqlOperations = [
  'select',
  'insert',
  'update',
  'delete',
  'merge',
  'truncate',
  'create',
  'alter',
  'drop',
  'grant',
  'copy',
  'call',
  'set',
  'lock',
  'maintain',
  'listen',
  'transaction',
  'replication',
  'function',
] as const;
export type SqlVerb = (typeof sqlOperations)[number];

/** A relation as the statement wrote it, folded as PostgreSQL folds; `schema` is null when unqualified. */
export interface TableName {
  readonly schema: string | null;
  readonly name: string;
}

/** A value inside a statement: a literal's text, or the number (from 1) of the parameter that carries it. */
export type SqlValue =
  | {
      readonly from: 'literal';
      readonly type: 'string' | 'number' | 'boolean' | 'null';
      readonly text: string;
      /** Types that the statement casts it to, innermost first; left out where there are none. */
      readonly casts?: readonly string[];
    }
  | { readonly from: 'parameter'; readonly number: number; readonly casts?: readonly string[] }
  | { readonly from: 'computed' };

/** One operation of a statement. A statement with data-modifying CTEs has several. */
export interface SqlOperation {
  readonly operation: SqlVerb;
  /** What it changes; for select, what it reads. */
  readonly tables: readonly TableName[];
  readonly columns: readonly string[];
  readonly where: boolean;
  /** Text of the WHERE clause as written. */
  readonly predicate: string | null;
  /** INSERT: one record per VALUES row; UPDATE: one record of SET. Null where the rows come from a query. */
  readonly rows: readonly Readonly<Record<string, SqlValue>>[] | null;
  /** For operations 'call' and 'function': the function's name as written, folded. */
  readonly function: TableName | null;
}

/**
 * A hole of the shape, in the order of the statement: a literal or a parameter reference. `selects` is false
 * only where the value is proven to be data (VALUES or SET); everything else decides what is touched.
 */
export interface SqlHole {
  /** Stable, unique within the statement: the column's name where known, else `$n`. */
  readonly name: string;
  readonly selects: boolean;
  readonly value: Exclude<SqlValue, { from: 'computed' }>;
}

/** What a statement does to its session; the gate follows these. */
export type SqlEffect =
  | { readonly effect: 'begin' | 'commit' | 'rollback' | 'discard' | 'ddl' | 'set-role' | 'set-search-path' }
  | {
      readonly effect: 'savepoint' | 'release' | 'rollback-to' | 'prepare-transaction' | 'end-prepared';
      readonly name: string;
    }
  | { readonly effect: 'prepare'; readonly name: string; readonly statement: string }
  | { readonly effect: 'execute' | 'deallocate'; readonly name: string | null }
  | { readonly effect: 'declare-cursor' | 'fetch' | 'close-cursor'; readonly name: string | null }
  | { readonly effect: 'set'; readonly name: string }
  | { readonly effect: 'copy-in' | 'copy-out' };

/** What is known of a statement's text alone. */
export interface SqlAnalysis {
  /** Reasons why the statement is not understood as a whole; empty when it is. */
  readonly unknown: readonly string[];
  readonly operations: readonly SqlOperation[];
  /** Statement text without values and comments, cut at the holes: one part more than holes. */
  readonly shape: readonly string[];
  readonly holes: readonly SqlHole[];
  readonly effects: readonly SqlEffect[];
  /** How many statements the text holds (0 for an empty query). */
  readonly statements: number;
}

/** A bound parameter: its type's OID (0 when unspecified) and its value as PostgreSQL's text form. */
export interface SqlParam {
  readonly oid: number;
  readonly value: Known<string | null>;
  /** The bytes as sent, in hex; bound by an approval where the value is unknown. */
  readonly hex: string | null;
}

export interface SqlAction extends ActionBase {
  readonly kind: 'sql';
  readonly statement: string;
  readonly params: readonly SqlParam[];
  readonly analysis: SqlAnalysis;
  /** The session's role (SET ROLE and SET SESSION AUTHORIZATION followed). */
  readonly role: string;
}

export interface HttpAction extends ActionBase {
  readonly kind: 'http';
  /** `known: false` for a TLS tunnel, of which only host and port can be seen. */
  readonly method: Known<string>;
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly path: Known<string>;
  /** Decoded pairs in the order of the request. */
  readonly query: Known<readonly (readonly [string, string])[]>;
  /** Names in lower case; values of repeated headers joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string | null;
  /** Parsed body (JSON, form as an object of strings), null when there is none. */
  readonly body: Known<Json>;
  /** SHA-256 (hex) of the body's bytes when all of them were read, else null. */
  readonly bodyDigest: string | null;
}

export interface CommandAction extends ActionBase {
  readonly kind: 'command';
  /** The name given by `guard --kind`, else 'command'. */
  readonly name: string;
  readonly argv: readonly string[];
  readonly cwd: string;
}

export interface CallAction extends ActionBase {
  readonly kind: 'call';
  /** What the caller of the SDK named it, for instance 'email.send'. */
  readonly name: string;
  readonly params: Known<Json>;
}

export type RuntimeAction = SqlAction | HttpAction | CommandAction | CallAction;

/** What a policy can ask of the run: `run` in expressions. Unknown fields are null and answer unknown. */
export interface RunContext {
  readonly event: string | null;
  readonly base: string | null;
  readonly head: string | null;
  readonly author: string | null;
  readonly step: string;
  readonly attempt: number;
  readonly labels?: readonly string[];
  /** When it is judged, in milliseconds since the epoch. */
  readonly now?: number;
}
