import type { FormValue } from '../approval/form.ts';
import type { Json, Known, RuntimeAction, SqlParam, Target } from '../policy/action.ts';
import type { Analyse } from '../policy/sql/analyse.ts';
import type { Facts, Resolution } from '../policy/verdict.ts';
import { parseJson } from '../protocol/http/json.ts';
import type { Recorded } from './recorded-schema.ts';
import { redactedMark } from './redaction.ts';

/** A recorded runtime action as a gate would build it; what was redacted or not read stays unknown. */
export function actionOf(recorded: Recorded, analyse: Analyse): RuntimeAction {
  const { rest, form } = recorded;
  const target: Target = { ...recorded.target, identity: form.target };
  const base = { target, origin: null };
  switch (rest.kind) {
    case 'sql':
      return { ...base, kind: 'sql', role: form.role ?? '', ...statementOf(recorded, rest, analyse) };
    case 'http':
      return { ...base, ...httpOf(recorded, rest) };
    case 'command': {
      const argv = form.values.filter(({ name }) => name.startsWith('argv[')).map(textOf);
      const cwd = form.values.find(({ name }) => name === 'cwd');
      return { ...base, kind: 'command', name: rest.name, argv, cwd: cwd === undefined ? '.' : textOf(cwd) };
    }
    case 'call': {
      const params: Known<Json> =
        rest.unread === null
          ? jsonOf(recorded, 0, `${rest.name}(`.length, ')'.length)
          : { known: false, why: rest.unread };
      return { ...base, kind: 'call', name: rest.name, params };
    }
  }
}

/**
 * The facts that were recorded. Where the run did not ask how names resolve, `schema` says where an unqualified
 * one is; without it they stay unknown.
 */
export function factsOf(recorded: Recorded, action: RuntimeAction, schema: string | null): Facts {
  if (action.kind !== 'sql' || recorded.rest.kind !== 'sql') return {};
  const tables = action.analysis.operations.flatMap((operation) => operation.tables);
  const { relations, estimatedRows: rows } = recorded.rest;
  const estimatedRows: Known<number> =
    rows === null ? { known: false, why: 'the run did not estimate the rows' } : { known: true, value: rows };
  if (relations?.length === tables.length) {
    return { relations: { known: true, value: relations.map(resolutionOf) }, estimatedRows };
  }
  const why = 'the run did not resolve the names';
  if (schema === null) return { relations: { known: false, why }, estimatedRows };
  const assumed = tables.map((table) => ({ ...table, schema: table.schema ?? schema }));
  return { relations: { known: true, value: assumed }, estimatedRows };
}

type SqlRest = Extract<Recorded['rest'], { kind: 'sql' }>;

function resolutionOf(table: NonNullable<SqlRest['relations']>[number]): Resolution {
  if (table === null) return null;
  const { standsForOthers, ...name } = table;
  return standsForOthers === undefined ? name : { ...name, standsForOthers };
}

type Rest<Kind> = Extract<Recorded['rest'], { kind: Kind }>;

function statementOf({ form }: Recorded, rest: Rest<'sql'>, analyse: Analyse) {
  const params = new Map<number, SqlParam>();
  const hidden: SqlParam = { oid: 0, value: { known: false, why: 'it was redacted' }, hex: null };
  let free = Math.max(0, ...rest.parameters.map((entry) => entry?.number ?? 0));
  form.values.forEach((value, index) => {
    const parameter = rest.parameters[index] ?? null;
    if (parameter === null) return;
    params.set(
      parameter.number,
      isHidden(value) ? { ...hidden, oid: parameter.oid } : paramOf(value, parameter.oid),
    );
  });
  let statement = '';
  form.shape.forEach((part, index) => {
    statement += part;
    const value = form.values[index];
    if (value === undefined || index >= rest.holes) return;
    const parameter = rest.parameters[index] ?? null;
    if (parameter !== null) statement += `$${parameter.number}`;
    else if (!isHidden(value)) statement += literal(value);
    else {
      free += 1;
      params.set(free, hidden);
      statement += `$${free}`;
    }
  });
  const read = analyse(statement, {
    standardConformingStrings: true,
    serverVersion: 18,
  });
  const analysis = { ...read, unknown: [...new Set([...rest.unknown, ...read.unknown])] };
  const unread: SqlParam = { ...hidden, value: { known: false, why: 'it could not be read' } };
  return {
    statement,
    params: Array.from({ length: free }, (_, index) => params.get(index + 1) ?? unread),
    analysis,
  };
}

function paramOf(value: FormValue, oid: number): SqlParam {
  if (value.type === 'bytes') return { oid, value: { known: false, why: 'it is binary' }, hex: value.text };
  return { oid, value: { known: true, value: value.type === 'null' ? null : value.text }, hex: null };
}

function literal(value: FormValue): string {
  if (value.type === 'null') return 'NULL';
  return value.type === 'string' ? `'${value.text.replaceAll("'", "''")}'` : value.text;
}

function isHidden(value: FormValue): boolean {
  return value.type === 'redacted' || value.type === 'varies' || value.text.includes(redactedMark);
}

function textOf(value: FormValue): string {
  return isHidden(value) ? redactedMark : value.text;
}

function httpOf(recorded: Recorded, rest: Rest<'http'>) {
  const tunnel = { known: false, why: 'a TLS tunnel hides it' } as const;
  const known = <T>(value: T | null): Known<T> => (value === null ? tunnel : { known: true, value });
  const values = recorded.form.values.filter(({ name }) => name.startsWith('query.'));
  const hidden = values.some(isHidden) || rest.query?.length !== values.length;
  const pairs = (rest.query ?? []).map((key, index) => [key, values[index]?.text ?? ''] as const);
  return {
    kind: 'http' as const,
    method: known(rest.method),
    scheme: rest.scheme,
    host: rest.host,
    port: rest.port,
    path: known(rest.path),
    query:
      rest.query === null
        ? tunnel
        : hidden
          ? ({ known: false, why: 'a value of the query was redacted' } as const)
          : ({ known: true, value: pairs } as const),
    headers: {},
    contentType: rest.contentType,
    body: bodyOf(recorded, rest),
    bodyDigest: rest.digest,
  };
}

function bodyOf(recorded: Recorded, rest: Rest<'http'>): Known<Json> {
  if (rest.body === 'none') return { known: true, value: null };
  if (rest.body === 'unread') return { known: false, why: rest.unread ?? 'it was not read' };
  const first = recorded.form.shape.findIndex((part) => part.includes('\n\n'));
  const start = (recorded.form.shape[first]?.indexOf('\n\n') ?? 0) + 2;
  return first === -1 ? { known: false, why: 'the record holds no body' } : jsonOf(recorded, first, start, 0);
}

/** No finite number, which expressions take for unknown: what stands in JSON where a secret stood. */
const hiddenJson = '1e999';

/** The JSON document whose template begins in part `first` of the shape, `start` characters in. */
function jsonOf({ form }: Recorded, first: number, start: number, behind: number): Known<Json> {
  let text = '';
  form.shape.slice(first).forEach((part, index) => {
    text += index === 0 ? part.slice(start) : part;
    const value = form.values[first + index];
    if (value !== undefined) text += jsonText(value);
  });
  return parseJson(behind === 0 ? text : text.slice(0, -behind));
}

function jsonText(value: FormValue): string {
  if (isHidden(value)) return hiddenJson;
  if (value.type === 'null') return 'null';
  return value.type === 'string' ? JSON.stringify(value.text) : value.text;
}
