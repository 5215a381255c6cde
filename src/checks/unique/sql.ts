import type { Known, SqlAction } from '../../policy/action.ts';
import type { TransactionScope } from '../../policy/judge.ts';
import type { UniqueSpec } from '../../policy/verdict.ts';
import { type Finding, passed } from '../finding.ts';
import { hashText, lookupText, maximumKeys, Query, quoteName } from './query.ts';
import type { AskOpen, Reserved } from './reservations.ts';
import { type KeyTable, keyTable } from './table.ts';
import { alsoTakesAway, type KeyWrites, keyWrites } from './writes.ts';

/** What the check needs beside the statement. */
export interface SqlKeys {
  readonly scope: TransactionScope;
  /** Reserves a key for the session; the claim is settled with the runtime action. */
  readonly reserve: (key: string, ask: AskOpen) => Promise<Reserved>;
  /** Whether the step that runs now has written a key in an earlier attempt of its job. */
  readonly writtenEarlier: (key: string) => boolean;
  readonly patienceMs: number;
  /** Told when it begins to wait for what another transaction does to a row, and when that is over. */
  readonly waits: (waits: boolean) => void;
}

type Located = Extract<KeyWrites, { kind: 'insert' | 'update' }>;

/** Reserves first, then looks up: so that of two sessions the second sees what the first one did. */
export async function checkSql(action: SqlAction, spec: UniqueSpec, keys: SqlKeys): Promise<Finding> {
  let writes = keyWrites(action, spec);
  if (writes.kind === 'none') return passed;
  const expected = expectation(spec, writes.kind === 'unknown' ? null : writes.table.name);
  const unknown = (why: string): Finding => ({ outcome: 'unknown', expected, met: why });
  if (writes.kind === 'unknown') return unknown(writes.why);
  const columns = spec.key.flatMap((part) => (part.part === 'column' ? [part.column] : []));
  const table = await keyTable(keys.scope, writes.table, columns);
  if (!table.known) return unknown(table.why);
  if (writes.kind === 'arbitrated') {
    // its server decides what is a conflict, and then does what the statement says
    if (table.value.indexed && spec.key.every((part) => !part.lower)) return passed;
    writes = writes.otherwise;
    if (writes.kind !== 'insert' && writes.kind !== 'update') {
      return unknown(writes.kind === 'unknown' ? writes.why : 'what it writes cannot be seen');
    }
  }
  const hinder = hindrance(table.value, writes);
  if (hinder !== null) return unknown(hinder);
  const hashes = await hashesOf(action, spec, table.value, writes, keys.scope);
  if (!hashes.known) return unknown(hashes.why);
  const failed = (met: string): Finding => ({ outcome: 'failed', expected, met });
  const distinct = [...new Set(hashes.value)].sort();
  if (distinct.length < hashes.value.length) {
    const met = 'the statement itself writes the same key twice';
    return alsoTakesAway(action) && writes.kind === 'insert' ? unknown(met) : failed(met);
  }
  if (distinct.length === 0) return passed;
  const ask = askOpen(keys.scope);
  const named = (hash: string) => JSON.stringify([table.value.oid, spec.key, hash]);
  for (const hash of distinct) {
    const reserved = await keys.reserve(named(hash), ask);
    if (reserved.outcome === 'written') return failed('it was written in this run already');
    if (reserved.outcome === 'given-up') {
      return failed(`an open transaction of this run has written it, and ${reserved.why}`);
    }
  }
  const seen = await lookUp(action, spec, table.value, writes, keys);
  if (!seen.known) return unknown(seen.why);
  if (seen.value !== 'busy' && seen.value.taken.length === 0) return passed;
  if (seen.value === 'busy') {
    return failed(`a row has it that another open transaction changes, for more than ${keys.patienceMs} ms`);
  }
  if (alsoTakesAway(action) && writes.kind === 'insert') {
    return unknown('a row of the table has it, which the statement may take away itself');
  }
  return seen.value.taken.every((hash) => keys.writtenEarlier(named(hash)))
    ? unknown('a row of the table has it, and this step wrote it in an earlier attempt of this job')
    : failed('a row of the table has it');
}

function expectation(spec: UniqueSpec, table: string | null): string {
  const parts = spec.key.map((part) => {
    const name = part.part === 'column' ? part.column : part.path.join('.');
    return part.lower ? `lower(${name})` : name;
  });
  return `no other row${table === null ? '' : ` of ${table}`} with the same ${parts.join(', ')}`;
}

function hindrance(table: KeyTable, writes: Located): string | null {
  const odd = table.columns.find((column) => column.equals === null);
  if (odd !== undefined) return `the type of ${odd.name} has no equality`;
  if (writes.kind === 'update') return table.partition ? 'UPDATE of a partition by its own name' : null;
  const computed = table.columns.find(
    (column) => column.hasDefault && writes.rows.some((row) => !Object.hasOwn(row, column.name)),
  );
  return computed === undefined ? null : `the default of ${computed.name} is computed in the database`;
}

/** The new keys as a query of their own, with the parameters that it needs. */
function sourceOf(
  action: SqlAction,
  table: KeyTable,
  writes: Located,
): Known<{ readonly query: Query; readonly source: string; readonly except: string | null }> {
  if (writes.kind === 'insert') {
    if (writes.rows.length * table.columns.length > maximumKeys) {
      return { known: false, why: `it writes more than ${maximumKeys} values of the key` };
    }
    const query = new Query();
    const rows: string[] = [];
    for (const row of writes.rows) {
      const values: string[] = [];
      for (const column of table.columns) {
        const value = Object.hasOwn(row, column.name) ? (row[column.name] ?? null) : null;
        const text = query.value(value, action.params, column);
        if (!text.known) return text;
        values.push(text.value);
      }
      rows.push(`(${values.join(', ')})`);
    }
    return { known: true, value: { query, source: `VALUES ${rows.join(', ')}`, except: null } };
  }
  const predicate = writes.predicate ?? 'true';
  const used = new Set([...predicate.matchAll(/\$(\d+)/g)].map((match) => Number(match[1])));
  const before: { oid: number; value: string | null }[] = [];
  for (const [at, { oid, value }] of action.params.entries()) {
    if (!used.has(at + 1)) before.push({ oid: 25, value: null });
    else if (value.known) before.push({ oid, value: value.value });
    else return { known: false, why: value.why };
  }
  const query = new Query(before);
  const values: string[] = [];
  for (const column of table.columns) {
    const set = Object.hasOwn(writes.set, column.name) ? writes.set[column.name] : undefined;
    if (set === undefined) {
      values.push(`${table.quoted}.${quoteName(column.name)}`);
      continue;
    }
    const text = query.value(set, action.params, column);
    if (!text.known) return text;
    values.push(text.value);
  }
  // a comment at the predicate's end must not take the parenthesis with it
  const source = `SELECT ${values.join(', ')} FROM ${table.from} WHERE (${predicate}\n)`;
  return { known: true, value: { query, source, except: predicate } };
}

async function hashesOf(
  action: SqlAction,
  spec: UniqueSpec,
  table: KeyTable,
  writes: Located,
  scope: TransactionScope,
): Promise<Known<readonly string[]>> {
  const from = sourceOf(action, table, writes);
  if (!from.known) return from;
  const { query, source } = from.value;
  const found = await scope.read(query.read(hashText(source, table, spec.key), true));
  if (!found.known) return found;
  if (found.value.length > maximumKeys)
    return { known: false, why: `it writes more than ${maximumKeys} keys` };
  const whole = found.value.filter(([, nulls]) => !spec.nullsDistinct || nulls?.includes('n') !== true);
  return { known: true, value: whole.map(([hash]) => hash ?? '') };
}

/** Looks until no open transaction of another session is about to change what it found: hashes of taken keys. */
async function lookUp(
  action: SqlAction,
  spec: UniqueSpec,
  table: KeyTable,
  writes: Located,
  { scope, patienceMs, waits }: SqlKeys,
): Promise<Known<'busy' | { readonly taken: readonly string[] }>> {
  const from = sourceOf(action, table, writes);
  if (!from.known) return from;
  const { query, source, except } = from.value;
  const text = lookupText(source, table, spec.key, spec.nullsDistinct, except);
  const until = performance.now() + patienceMs;
  try {
    for (let pause = 2; ; pause = Math.min(pause * 2, 50)) {
      const found = await scope.read(query.read(text, true));
      if (!found.known) return found;
      const taken = found.value.flatMap(([busy, hash]) => (busy === 't' ? [] : [hash ?? '']));
      if (found.value.length === 0 || taken.length > 0) return { known: true, value: { taken } };
      if (performance.now() > until) return { known: true, value: 'busy' };
      waits(true);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  } finally {
    waits(false);
  }
}

/** Asks the server itself about holders of whose end no word comes. */
function askOpen(scope: TransactionScope): AskOpen {
  const ask = (text: string, values: readonly string[]) =>
    scope.read({ text, oids: values.map(() => 0), values, fresh: false });
  return async (open) => {
    if ('prepared' in open) {
      const found = await ask(
        'SELECT FROM pg_catalog.pg_prepared_xacts WHERE gid OPERATOR(pg_catalog.=) $1::pg_catalog.text',
        [open.prepared],
      );
      return found.known ? found.value.length > 0 : null;
    }
    if (open.backend === null) return null;
    // in a transaction the list of processes stays as it was first seen there
    const cleared = await ask('SELECT pg_catalog.pg_stat_clear_snapshot()', []);
    const found = await ask(
      'SELECT FROM pg_catalog.pg_stat_activity WHERE pid OPERATOR(pg_catalog.=) $1::pg_catalog.int4',
      [`${open.backend}`],
    );
    return cleared.known && found.known ? found.value.length > 0 : null;
  };
}
