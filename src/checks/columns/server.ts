import type { TransactionScope } from '../../policy/judge.ts';
import type { Finding } from '../finding.ts';
import type { Given } from './accepts.ts';
import { type RowToCheck, type ToAsk, unknown } from './row.ts';
import type { CheckConstraint, Column } from './table.ts';

/** PostgreSQL 16 and newer tell whether a type takes a text, without raising an error. */
const validText = `SELECT pg_catalog.pg_input_is_valid(item OPERATOR(pg_catalog.->>) 0, item OPERATOR(pg_catalog.->>) 1)
FROM pg_catalog.json_array_elements($1::pg_catalog.json) WITH ORDINALITY AS asked (item, place) ORDER BY place`;

/** Asks the types themselves. A domain's CHECK is code of the target, hence the read-only look. */
export async function askTypes(scope: TransactionScope, ask: readonly ToAsk[]): Promise<Finding[]> {
  if (ask.length === 0) return [];
  const values = ask.map(({ column, text }) => [text, typeName(column)]);
  const rows = await scope.query(validText, [JSON.stringify(values)]);
  const expected = ({ column }: ToAsk) => `a value of type ${column.type} for column "${column.name}"`;
  if (!rows.known) return ask.map((one) => unknown(expected(one), rows.why));
  return ask.flatMap((one, at): Finding[] => {
    const answer = rows.value[at]?.[0];
    if (answer === 't') return [];
    if (answer !== 'f') return [unknown(expected(one), 'the server gave an odd answer')];
    return [{ outcome: 'failed', expected: expected(one), met: 'a value that this type does not take' }];
  });
}

/** With its modifier where that is PostgreSQL's own type, whose name no search_path changes. */
function typeName(column: Column): string {
  return column.sqlType.startsWith('pg_catalog.') ? column.type : column.sqlType;
}

/** CHECK constraints, evaluated by the server over the row's own values. */
export async function askConstraints(
  scope: TransactionScope,
  row: RowToCheck,
  given: ReadonlyMap<string, Given>,
): Promise<Finding[]> {
  // those whose columns the statement leaves alone hold already, or are the defaults' own matter
  const touched = row.table.checks.filter(({ columns }) => columns.some((name) => given.has(name)));
  const findings: Finding[] = [];
  const asked: CheckConstraint[] = [];
  for (const constraint of touched) {
    const why = cannotAsk(row, constraint, given);
    if (why === null) asked.push(constraint);
    else findings.push(unknown(words(row, constraint), why));
  }
  if (asked.length === 0) return findings;
  const names = [...new Set(asked.flatMap(({ columns }) => columns))];
  const params: (string | null)[] = [];
  const cells = names.map((name) => `${cell(row, name, given, params)} AS ${quoted(name)}`);
  const truths = asked.map(({ expression }) => `(${expression})`).join(', ');
  const text = `SELECT ${truths} FROM (SELECT ${cells.join(', ')}) AS the_row`;
  const rows = await scope.query(text, params);
  for (const [at, constraint] of asked.entries()) {
    if (!rows.known) findings.push(unknown(words(row, constraint), rows.why));
    // NULL satisfies a CHECK
    else if (rows.value[0]?.[at] === 'f') {
      findings.push({ outcome: 'failed', expected: words(row, constraint), met: 'values that break it' });
    } else if (rows.value.length !== 1) {
      findings.push(unknown(words(row, constraint), 'the server gave an odd answer'));
    }
  }
  return findings;
}

function words(row: RowToCheck, { name, expression }: CheckConstraint): string {
  return `CHECK constraint "${name}" of ${row.table.title}: ${expression}`;
}

function cannotAsk(
  row: RowToCheck,
  constraint: CheckConstraint,
  given: ReadonlyMap<string, Given>,
): string | null {
  if (!constraint.plain) return "it uses functions or types of the database's own";
  if (row.verb === 'insert' ? row.table.beforeInsert : row.table.beforeUpdate) {
    return 'a trigger of the table may change the values first';
  }
  for (const name of constraint.columns) {
    const value = given.get(name);
    if (value?.as === 'unknown') return `the value of "${name}": ${value.why}`;
    const column = row.table.columns.find((one) => one.name === name);
    if (value === undefined && row.verb === 'update') return `it also reads "${name}" of the rows themselves`;
    if (value === undefined && column !== undefined && column.filled && column.default === null) {
      return `the database fills "${name}"`;
    }
  }
  return null;
}

/** The value as its column has it; where the INSERT leaves a column out, its default. */
function cell(
  row: RowToCheck,
  name: string,
  given: ReadonlyMap<string, Given>,
  params: (string | null)[],
): string {
  const column = row.table.columns.find((one) => one.name === name);
  const type = column?.sqlType ?? 'pg_catalog.text';
  const value = given.get(name);
  if (value === undefined) return `(${column?.default ?? 'NULL'})::${type}`;
  params.push(value.as === 'null' || value.as === 'unknown' ? null : value.text);
  return `$${params.length}::pg_catalog.text::${type}`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
