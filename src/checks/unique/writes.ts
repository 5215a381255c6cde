import type { SqlAction, SqlOperation, SqlValue, TableName } from '../../policy/action.ts';
import { compileName, fullName, mayFit } from '../../policy/name-pattern.ts';
import type { UniqueSpec } from '../../policy/verdict.ts';

type Row = Readonly<Record<string, SqlValue>>;

/** What a statement writes to the columns of a key. */
export type KeyWrites =
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly why: string }
  /** The table's own unique index answers, if it has one; else `otherwise`. */
  | { readonly kind: 'arbitrated'; readonly table: TableName; readonly otherwise: KeyWrites }
  | { readonly kind: 'insert'; readonly table: TableName; readonly rows: readonly Row[] }
  | {
      readonly kind: 'update';
      readonly table: TableName;
      readonly set: Row;
      readonly predicate: string | null;
    };

/** What else the text does that may take a key away before another one is written. */
export function alsoTakesAway(action: SqlAction): boolean {
  const { operations, effects } = action.analysis;
  return (
    operations.some(({ operation }) =>
      ['delete', 'update', 'truncate', 'merge', 'drop'].includes(operation),
    ) || effects.some(({ effect }) => effect === 'rollback' || effect === 'rollback-to')
  );
}

export function keyWrites(action: SqlAction, spec: UniqueSpec): KeyWrites {
  const { unknown, operations, shape } = action.analysis;
  if (unknown.length > 0) return { kind: 'unknown', why: unknown.join('; ') };
  const patterns = spec.tables?.map(compileName) ?? null;
  const meant = (table: TableName) => patterns?.some((pattern) => mayFit(pattern, table)) ?? true;
  const columns = spec.key.flatMap((part) => (part.part === 'column' ? [part.column] : []));
  const merges = operations.some(({ operation }) => operation === 'merge');
  const conflict = / on conflict /.test(` ${shape.join(' ').replace(/\s+/g, ' ')} `);
  const writing = operations.filter((one) => one.tables.some(meant) && writesKey(one, columns));
  const tables = distinct(writing.flatMap((one) => one.tables));
  const [table] = tables;
  if (table === undefined) return { kind: 'none' };
  if (tables.length > 1) {
    return { kind: 'unknown', why: `it writes to several tables (${tables.map(fullName).join(', ')})` };
  }
  if (merges) {
    const why = 'which rows MERGE writes is decided in the database';
    return { kind: 'arbitrated', table, otherwise: { kind: 'unknown', why } };
  }
  const found = plainWrites(action, writing, table);
  return conflict ? { kind: 'arbitrated', table, otherwise: found } : found;
}

function plainWrites(action: SqlAction, writing: readonly SqlOperation[], table: TableName): KeyWrites {
  const updates = writing.filter(({ operation }) => operation === 'update');
  const [update] = updates;
  if (update !== undefined) return updateOf(action, update, writing.length > 1, table);
  if (writing.some(({ rows }) => rows === null)) {
    return {
      kind: 'unknown',
      why: 'the rows do not stand in the statement (COPY, a query, columns not named)',
    };
  }
  return { kind: 'insert', table, rows: writing.flatMap(({ rows }) => rows ?? []) };
}

function updateOf(action: SqlAction, update: SqlOperation, more: boolean, table: TableName): KeyWrites {
  const set = update.rows?.[0];
  if (
    more ||
    action.analysis.operations.length > 1 ||
    action.analysis.statements !== 1 ||
    set === undefined
  ) {
    return { kind: 'unknown', why: 'which rows UPDATE changes depends on what else the statement does' };
  }
  const { where, predicate } = update;
  if (where && predicate === null) return { kind: 'unknown', why: 'the WHERE clause could not be read' };
  const call = callIn(predicate ?? '');
  if (call !== null) return { kind: 'unknown', why: `the WHERE clause calls ${call}` };
  return { kind: 'update', table, set, predicate };
}

/** Words that may stand before a parenthesis without a call, and functions that always answer the same. */
const harmless = new Set([
  'and',
  'or',
  'not',
  'in',
  'any',
  'all',
  'some',
  'is',
  'between',
  'lower',
  'upper',
  'coalesce',
]);

/** The rows are found by asking the same predicate first: it must answer the same twice. */
function callIn(predicate: string): string | null {
  for (const match of predicate.matchAll(/([\p{L}_][\p{L}\p{N}_$]*|")\s*\(/gu)) {
    if (!harmless.has((match[1] ?? '').toLowerCase())) return match[1] ?? '';
  }
  return /\bcurrent_(?:time|timestamp)\b|\blocaltime/i.exec(predicate)?.[0] ?? null;
}

function writesKey(one: SqlOperation, columns: readonly string[]): boolean {
  if (one.operation === 'insert' || one.operation === 'merge') return true;
  return one.operation === 'update' && columns.some((column) => one.columns.includes(column));
}

function distinct(tables: readonly TableName[]): TableName[] {
  return [...new Map(tables.map((table) => [fullName(table), table])).values()];
}
