import type { SqlNode, SqlTree } from './parser.ts';
import { listOf, nodeOf, strings, tableOf, textOf, wrapped } from './tree.ts';
import { constantValue } from './values.ts';

/**
 * The setting that `SELECT set_config(name, …) FROM pg_settings WHERE name = 'x'` sets if the server knows it,
 * which is how pg_dump sets what older servers lack. Null for any other query.
 */
export function chosenSetting(node: SqlNode, ctes: ReadonlySet<string>): string | null {
  const [from, ...more] = listOf(node.fromClause);
  const source = wrapped(from);
  if (source?.name !== 'RangeVar' || more.length > 0) return null;
  const { schema, name } = tableOf(source.node);
  const catalog = schema === 'pg_catalog' || (schema === null && !ctes.has(name));
  const where = wrapped(node.whereClause);
  if (name !== 'pg_settings' || !catalog || where?.name !== 'A_Expr') return null;
  const { kind, name: operator, lexpr, rexpr } = where.node;
  if (kind !== 'AEXPR_OP' || strings(operator).join('.') !== '=' || !isNameColumn(lexpr)) return null;
  const value = constantValue(rexpr);
  return value?.from === 'literal' && value.type === 'string' ? value.text : null;
}

/** The column `name`, unqualified. */
export function isNameColumn(tree: SqlTree | undefined): boolean {
  const column = wrapped(tree);
  const fields = listOf(nodeOf(column?.node).fields);
  const last = wrapped(fields[0]);
  return column?.name === 'ColumnRef' && fields.length === 1 && textOf(last?.node.sval) === 'name';
}
