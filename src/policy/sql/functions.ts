import { acting, running, since } from './builtins.ts';
import { harmless } from './harmless.ts';

/** Helpers that initdb puts beside information_schema's views; JDBC asks for primary keys with the first. */
const standard: ReadonlySet<string> = new Set([
  ...['_pg_expandarray', '_pg_index_position', '_pg_truetypid', '_pg_truetypmod', '_pg_char_max_length'],
  ...['_pg_char_octet_length', '_pg_numeric_precision', '_pg_numeric_precision_radix', '_pg_numeric_scale'],
  ...['_pg_datetime_precision', '_pg_interval_type'],
]);

/**
 * What calling a function amounts to. `call` is opaque: a user's function, or one of PostgreSQL's that runs
 * the text it is given. `function` changes something beside tables. `name` has one or two parts, folded.
 * `server` is the server's major version, null when unknown.
 */
export function classifyFunction(
  name: readonly string[],
  args: number,
  server: number | null,
): 'harmless' | 'function' | 'call' | 'set' {
  const last = name.at(-1) ?? '';
  // an unqualified name finds pg_catalog first, unless search_path says otherwise, which is an operation itself
  if (name.length === 2 && name[0] === 'information_schema' && standard.has(last)) return 'harmless';
  if (name.length > 1 && name.at(-2) !== 'pg_catalog') return 'call';
  if ((since.get(last) ?? 0) > (server ?? 0)) return 'call';
  if (last === 'set_config') return 'set';
  // ts_rewrite(tsquery, text) runs its text; with three arguments it only rewrites
  if (last === 'ts_rewrite') return args === 3 ? 'harmless' : 'call';
  if (running.has(last)) return 'call';
  if (acting.has(last)) return 'function';
  return harmless.has(last) ? 'harmless' : 'call';
}

/** PostgreSQL's own, and runs text. */
export function acts(name: string): boolean {
  return running.has(name);
}

/**
 * Expressions that became grammar with PostgreSQL 16 and 17: for an older server each is a call of whatever
 * function a user gave that name.
 */
export const grammarFunctions: Readonly<Record<string, string>> = {
  JsonTable: 'json_table',
  JsonParseExpr: 'json',
  JsonScalarExpr: 'json_scalar',
  JsonSerializeExpr: 'json_serialize',
  JsonArrayConstructor: 'json_array',
  JsonArrayQueryConstructor: 'json_array',
  JsonObjectAgg: 'json_objectagg',
  JsonArrayAgg: 'json_arrayagg',
  MergeSupportFunc: 'merge_action',
};

/** JsonFuncExpr by its operation. */
export const jsonFunctions: Readonly<Record<string, string>> = {
  JSON_EXISTS_OP: 'json_exists',
  JSON_QUERY_OP: 'json_query',
  JSON_VALUE_OP: 'json_value',
};

/** First server whose grammar knows all of `grammarFunctions`. */
export const grammarSince = 17;
