import type { RuntimeAction, SqlAction, SqlOperation } from '../../policy/action.ts';
import type { TransactionScope } from '../../policy/judge.ts';
import { fullName } from '../../policy/name-pattern.ts';
import { type Finding, passed } from '../finding.ts';
import { checkRow, type RowToCheck, unknown } from './row.ts';
import { askConstraints, askTypes } from './server.ts';
import { readTable } from './table.ts';

/** More rows than these are not asked about one by one. */
const maximumRows = 1000;

/** An INSERT or UPDATE agrees with the live table. The first failure is told, else the first doubt. */
export async function checkColumns(action: RuntimeAction, scope: TransactionScope | null): Promise<Finding> {
  const expected = 'an INSERT or UPDATE that agrees with its table';
  if (action.kind !== 'sql') return unknown(expected, 'it is no SQL statement');
  if (action.analysis.unknown.length > 0) return unknown(expected, action.analysis.unknown.join('; '));
  if (action.analysis.statements !== 1) {
    return unknown(expected, 'several statements in one text, of which one may change the table of another');
  }
  if (scope === null) return unknown(expected, 'the database cannot be looked into here');
  const writes = action.analysis.operations.filter(({ operation }) =>
    ['insert', 'update', 'merge', 'copy'].includes(operation),
  );
  if (writes.length === 0) return unknown(expected, 'the statement is neither');
  const findings: Finding[] = [];
  for (const operation of writes) findings.push(...(await checkOperation(action, operation, scope)));
  return (
    findings.find(({ outcome }) => outcome === 'failed') ??
    findings.find(({ outcome }) => outcome === 'unknown') ??
    passed
  );
}

async function checkOperation(
  action: SqlAction,
  { operation: verb, tables, columns, rows }: SqlOperation,
  scope: TransactionScope,
): Promise<Finding[]> {
  const name = tables[0];
  if ((verb !== 'insert' && verb !== 'update') || name === undefined) {
    return [unknown('an INSERT or UPDATE with its values', `${verb}, whose values the gate does not see`)];
  }
  const found = await readTable(scope, name);
  const expected = `the table ${fullName(name)}`;
  if (!found.known) return [unknown(expected, found.why)];
  const table = found.value;
  if (table === null) return [{ outcome: 'failed', expected, met: 'there is no such table' }];
  if (table.kind !== 'r' && table.kind !== 'p') return [unknown(expected, 'a view or a foreign table')];
  const row = (values: RowToCheck['values']): RowToCheck => ({
    verb,
    table,
    columns: columns.filter((column) => column !== '*'),
    values,
    params: action.params,
    overriding: /\boverriding\s+system\s+value\b/i.test(action.analysis.shape.join(' ')),
  });
  if (rows === null) {
    // the columns can still be wrong
    const named = checkRow({ ...row({}), verb: 'update' }).findings;
    const why = columns.includes('*') ? 'the statement names no columns' : 'its rows come from a query';
    return [...named, unknown(`rows for ${table.title} that can be read`, why)];
  }
  if (rows.length > maximumRows) return [unknown(`at most ${maximumRows} rows`, `${rows.length} rows`)];
  return checkRows(rows.map(row), scope);
}

async function checkRows(rows: readonly RowToCheck[], scope: TransactionScope): Promise<Finding[]> {
  const checked = rows.map((row) => ({ row, ...checkRow(row) }));
  const findings = checked.flatMap((one) => one.findings);
  if (findings.some(({ outcome }) => outcome === 'failed')) return findings;
  findings.push(
    ...(await askTypes(
      scope,
      checked.flatMap((one) => one.ask),
    )),
  );
  if (findings.some(({ outcome }) => outcome === 'failed')) return findings;
  for (const { row, given } of checked) findings.push(...(await askConstraints(scope, row, given)));
  return findings;
}
