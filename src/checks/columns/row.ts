import type { SqlParam, SqlValue } from '../../policy/action.ts';
import { nearest } from '../../policy/problem.ts';
import type { Finding } from '../finding.ts';
import { accepts, type Given, givenValue } from './accepts.ts';
import type { Column, Table } from './table.ts';

/** One row of an INSERT, or the SET of an UPDATE, with the table that it goes to. */
export interface RowToCheck {
  readonly verb: 'insert' | 'update';
  readonly table: Table;
  /** Columns that the statement names, those set to DEFAULT too. */
  readonly columns: readonly string[];
  readonly values: Readonly<Record<string, SqlValue>>;
  readonly params: readonly SqlParam[];
  /** INSERT … OVERRIDING SYSTEM VALUE. */
  readonly overriding: boolean;
}

/** A value whose type must be asked. */
export interface ToAsk {
  readonly column: Column;
  readonly text: string;
}

/** What can be said from the definitions alone, and what only the server can say. */
export interface RowFindings {
  readonly findings: readonly Finding[];
  readonly ask: readonly ToAsk[];
  readonly given: ReadonlyMap<string, Given>;
}

export function checkRow(row: RowToCheck): RowFindings {
  const { table } = row;
  const findings: Finding[] = [];
  const ask: ToAsk[] = [];
  const given = new Map<string, Given>();
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  for (const name of new Set([...row.columns, ...Object.keys(row.values)])) {
    const column = byName.get(name);
    if (column === undefined) {
      findings.push(noColumn(table, name));
      continue;
    }
    const value = Object.hasOwn(row.values, name) ? row.values[name] : undefined;
    if (value === undefined) continue;
    if (isAlwaysGenerated(column, row.overriding)) findings.push(generated(column));
    const met = givenValue(value, row.params, column);
    given.set(name, met);
    take(row, column, met, findings, ask);
  }
  const missing = row.verb === 'insert' ? table.columns.filter(({ name }) => !given.has(name)) : [];
  for (const column of missing) {
    if (!column.filled && (column.notNull || column.nested)) findings.push(withoutValue(row, column, false));
  }
  return { findings, ask, given };
}

function take(row: RowToCheck, column: Column, met: Given, findings: Finding[], ask: ToAsk[]): void {
  if (met.as === 'null') {
    if (column.notNull || column.nested) findings.push(withoutValue(row, column, true));
    return;
  }
  if (met.as === 'unknown') {
    findings.push(unknown(`a value for column "${column.name}" that can be read`, met.why));
    return;
  }
  const accepted = accepts(column, met);
  if (accepted.outcome === 'server') ask.push({ column, text: met.text });
  else if (accepted.outcome === 'unknown') {
    findings.push(unknown(`a value of type ${column.type} for column "${column.name}"`, accepted.why));
  } else if (accepted.outcome === 'no') {
    findings.push({ outcome: 'failed', expected: accepted.expected, met: accepted.met });
  }
}

export function unknown(expected: string, met: string): Finding {
  return { outcome: 'unknown', expected, met };
}

function noColumn(table: Table, name: string): Finding {
  const names = table.columns.map((column) => column.name);
  const meant = nearest(name, names);
  return {
    outcome: 'failed',
    expected: `a column of ${table.title} (${names.join(', ')})`,
    met: `"${name}"${meant === null ? '' : `; was "${meant}" meant?`}`,
  };
}

function isAlwaysGenerated(column: Column, overriding: boolean): boolean {
  return column.generated !== '' || (column.identity === 'a' && !overriding);
}

function generated(column: Column): Finding {
  return {
    outcome: 'failed',
    expected: `no value for column "${column.name}", which is always generated`,
    met: 'one is given',
  };
}

/** NULL, given or left out. A trigger may fill it in, and of a nested domain it is not known whether it matters. */
function withoutValue(row: RowToCheck, column: Column, given: boolean): Finding {
  const { table, verb } = row;
  const what = given ? 'NULL is given' : 'none is given, and it has no default';
  const expected = `a value for column "${column.name}" of ${table.title}, which is NOT NULL`;
  const triggers = verb === 'insert' ? table.beforeInsert : table.beforeUpdate;
  if (triggers) return unknown(expected, `${what}; a trigger of the table may fill it`);
  if (!column.notNull) return unknown(expected, `${what}; ${column.type} is a domain over a domain`);
  return { outcome: 'failed', expected, met: what };
}
