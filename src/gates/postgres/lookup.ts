import type { Known, TableName } from '../../policy/action.ts';
import type { Resolution } from '../../policy/verdict.ts';
import { askAside, lastAnswer } from './aside.ts';
import { ask, type Rows } from './inquiry.ts';
import type { ServerSide } from './server-side.ts';

/**
 * What the session sees under a name now: search_path, rights on schemas and temporary tables are its own, so
 * it is asked itself. Only functions and operators of pg_catalog, so that nothing of the target's runs. The
 * name of a temporary schema (`pg_temp_3`) changes from session to session and is told as `pg_temp`.
 */
const resolveText = `SELECT
  CASE WHEN n.oid OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema() THEN 'pg_temp' ELSE n.nspname END,
  c.relname, CASE WHEN c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}'::pg_catalog."char"[]) THEN 'table' ELSE 'other' END
FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) WITH ORDINALITY AS asked (schema, name, place)
LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass(
  CASE WHEN asked.schema IS NULL THEN pg_catalog.format('%I', asked.name)
  ELSE pg_catalog.format('%I.%I', asked.schema, asked.name) END)
LEFT JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
ORDER BY asked.place`;

const textArray = 1009;

/** Asks for each table. The session is idle or in a transaction, with nothing outstanding. */
export async function resolveTables(
  server: ServerSide,
  tables: readonly TableName[],
): Promise<Known<readonly Resolution[]>> {
  const question = {
    text: resolveText,
    oids: [textArray, textArray],
    values: [arrayText(tables.map((table) => table.schema)), arrayText(tables.map((table) => table.name))],
  };
  const asked = lastAnswer(await askAside(server, [question]));
  return resolutions(asked, tables.length);
}

function resolutions(asked: Known<Rows>, count: number): Known<readonly Resolution[]> {
  if (!asked.known) return asked;
  const rows = asked.value;
  if (rows.length !== count) return { known: false, why: 'an odd answer' };
  return { known: true, value: rows.map(([schema, name, kind]) => resolution(schema, name, kind)) };
}

type Cell = string | null | undefined;

function resolution(schema: Cell, name: Cell, kind: Cell): Resolution {
  if (typeof schema !== 'string' || typeof name !== 'string') return null;
  return kind === 'table' ? { schema, name } : { schema, name, standsForOthers: true };
}

/** SHOW takes no snapshot and needs no right, so it can be asked anywhere without leaving a trace. */
export async function askRole(server: ServerSide): Promise<Known<string>> {
  const asked = await ask(server, [{ text: 'SHOW role' }, { text: 'SHOW session_authorization' }]);
  if (!asked.known) return asked;
  const [role, session] = asked.value.map((rows) => rows[0]?.[0] ?? null);
  const name = role === 'none' ? session : role;
  if (typeof name !== 'string') return { known: false, why: 'an odd answer' };
  return { known: true, value: name };
}

/** An array of texts as PostgreSQL reads it. */
function arrayText(items: readonly (string | null)[]): string {
  const quoted = items.map((item) => (item === null ? 'NULL' : `"${item.replace(/["\\]/g, '\\$&')}"`));
  return `{${quoted.join(',')}}`;
}
