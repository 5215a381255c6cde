import type { Known, SqlParam, SqlValue } from '../../policy/action.ts';
import type { ReadQuery } from '../../policy/judge.ts';
import type { KeyPart } from '../../policy/unique-key.ts';
import type { KeyColumn, KeyTable } from './table.ts';

/** A query being written, with its parameters. */
export class Query {
  readonly #oids: number[];
  readonly #values: (string | null)[];

  /** `before`: parameters that texts of the statement itself refer to by number. */
  constructor(before: readonly { readonly oid: number; readonly value: string | null }[] = []) {
    this.#oids = before.map((param) => param.oid);
    this.#values = before.map((param) => param.value);
  }

  #parameter(value: string | null, oid: number): string {
    this.#oids.push(oid);
    this.#values.push(value);
    return `$${this.#oids.length}`;
  }

  /** A value of the statement, as the column will hold it: through the same casts, rounded and cut as there. */
  value(value: SqlValue | null, params: readonly SqlParam[], column: KeyColumn): Known<string> {
    if (value === null) return { known: true, value: this.#typed(this.#parameter(null, 0), [], column) };
    if (value.from === 'computed') return { known: false, why: `the value of ${column.name} is computed` };
    const casts = (value.casts ?? []).map((type) => (type === 'citext' ? 'citext' : `pg_catalog.${type}`));
    if (value.from === 'literal') {
      const text = value.type === 'null' ? null : value.text;
      const from = value.type === 'number' ? ['pg_catalog.numeric'] : [];
      return { known: true, value: this.#typed(this.#parameter(text, 0), [...from, ...casts], column) };
    }
    const param = params[value.number - 1];
    if (param === undefined) return { known: false, why: `parameter $${value.number} is not known` };
    if (!param.value.known) return { known: false, why: param.value.why };
    return { known: true, value: this.#typed(this.#parameter(param.value.value, param.oid), casts, column) };
  }

  #typed(parameter: string, casts: readonly string[], column: KeyColumn): string {
    const typed = [...casts, column.type].reduce((inner, type) => `(${inner})::${type}`, parameter);
    return column.collation === null ? typed : `(${typed} COLLATE ${column.collation})`;
  }

  read(text: string, fresh: boolean): ReadQuery {
    return { text, oids: this.#oids, values: this.#values, fresh };
  }
}

/** `v.k0`, or its lower case: what is compared. */
export function keyOf(part: KeyPart, expression: string): string {
  return part.lower ? `pg_catalog.lower(${expression})` : expression;
}

export function names(table: KeyTable): string[] {
  return table.columns.map((_, at) => `k${at}`);
}

/**
 * PostgreSQL's own hash of the key: equal keys have equal hashes, whatever the types and collations. The second
 * column says which part is NULL.
 */
export function hashText(source: string, table: KeyTable, key: readonly KeyPart[]): string {
  const nulls = names(table)
    .map((name) => `CASE WHEN v.${name} IS NULL THEN 'n' ELSE '-' END`)
    .join(', ');
  return `SELECT ${hashOf(key)}, pg_catalog.concat(${nulls})
FROM (${source}) AS v (${names(table).join(', ')}) LIMIT ${maximumKeys + 1}`;
}

function hashOf(key: readonly KeyPart[]): string {
  const parts = key.map((part, at) => keyOf(part, `v.k${at}`)).join(', ');
  return `pg_catalog.hash_record_extended(ROW(${parts}), 0)::pg_catalog.text`;
}

/** Keys of one statement; more are unknown. */
export const maximumKeys = 1000;

/**
 * Rows of the live table that have one of the keys: whether an open transaction of another session is about to
 * change or delete them, for which a real index would wait, and the key's hash.
 */
export function lookupText(
  source: string,
  table: KeyTable,
  key: readonly KeyPart[],
  nullsDistinct: boolean,
  except: string | null,
): string {
  const equal = table.columns.map((column, at) => {
    const part = key[at];
    if (part === undefined) return 'false';
    const own = keyOf(part, `${table.quoted}.${quoteName(column.name)}`);
    const other = keyOf(part, `v.k${at}`);
    const same = `${own} OPERATOR(${part.lower ? 'pg_catalog' : column.equals}.=) ${other}`;
    return nullsDistinct ? same : `(${same} OR (${own} IS NULL AND ${other} IS NULL))`;
  });
  const busy = `EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.locktype OPERATOR(pg_catalog.=) 'transactionid'
  AND l.transactionid OPERATOR(pg_catalog.=) ${table.quoted}.xmax AND l.granted
  AND l.mode OPERATOR(pg_catalog.=) 'ExclusiveLock' AND coalesce(l.pid, 0) OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid())`;
  return `SELECT ${busy}, ${hashOf(key)} FROM ${table.from} JOIN (${source}) AS v (${names(table).join(', ')})
ON ${equal.join(' AND ')}${except === null ? '' : ` WHERE NOT coalesce((${except}\n), false)`} LIMIT ${maximumKeys}`;
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
