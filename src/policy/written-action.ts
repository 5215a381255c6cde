import {
  type HttpAction,
  type Json,
  JsonNumber,
  type Known,
  type RunContext,
  type RuntimeAction,
  type SqlParam,
  type Target,
} from './action.ts';
import type { WrittenAction, WrittenRun, WrittenTarget } from './schema/cases.ts';
import type { TargetSpec } from './schema/targets.ts';
import type { Analyse } from './sql/analyse.ts';
import type { Facts } from './verdict.ts';

export interface WrittenContext {
  readonly targets: Readonly<Record<string, TargetSpec>>;
  readonly analyse: Analyse;
}

/** A runtime action that someone wrote down, as a gate would build it, with the facts that he gave. */
export function writtenAction(
  written: WrittenAction,
  context: WrittenContext,
): { readonly action: RuntimeAction; readonly facts: Facts } {
  if ('sql' in written) return sqlAction(written.sql, context);
  if ('http' in written) return { action: httpAction(written.http, context), facts: {} };
  if ('command' in written) return { action: commandAction(written.command), facts: {} };
  return { action: callAction(written.call), facts: {} };
}

/** What is not given is unknown, but for attempt 1 of a pull request. */
export function writtenRun(written: WrittenRun | undefined): RunContext {
  return {
    event: written?.event ?? 'pull_request',
    base: written?.base ?? null,
    head: written?.head ?? null,
    author: written?.author ?? null,
    step: written?.step ?? '',
    attempt: written?.attempt ?? 1,
    ...(written?.labels !== undefined && { labels: written.labels }),
    ...(written?.now !== undefined && { now: Date.parse(written.now) }),
  };
}

/** The facts that a run gives. */
export function writtenFacts(written: WrittenRun | undefined): Facts {
  const files = written?.changedFiles;
  return files === undefined ? {} : { changedFiles: { known: true, value: files } };
}

type Spec<Kind extends string> = Extract<WrittenAction, { readonly [key in Kind]: unknown }>;

function sqlAction(
  written: Spec<'sql'>['sql'],
  { targets, analyse }: WrittenContext,
): { action: RuntimeAction; facts: Facts } {
  const spec: Exclude<typeof written, string> =
    typeof written === 'string' ? { statement: written } : written;
  const reading = { standardConformingStrings: true, serverVersion: 18 };
  const analysis = analyse(spec.statement, reading);
  const action: RuntimeAction = {
    kind: 'sql',
    target: targetOf(spec.target ?? onlyOne(targets, 'postgres') ?? 'database', 'postgres', targets),
    origin: null,
    statement: spec.statement,
    params: (spec.params ?? []).map(paramOf),
    analysis,
    role: spec.role ?? 'app',
  };
  const { schema = 'public', estimatedRows: rows } = spec;
  const estimatedRows: Known<number> =
    rows === undefined ? { known: false, why: 'no estimatedRows is given' } : { known: true, value: rows };
  const why = 'the case says that names cannot be resolved';
  if (schema === null) return { action, facts: { relations: { known: false, why }, estimatedRows } };
  const tables = analysis.operations.flatMap((operation) => operation.tables);
  const value = tables.map((table) => ({ ...table, schema: table.schema ?? schema }));
  return { action, facts: { relations: { known: true, value }, estimatedRows } };
}

/** With the types that drivers send: int8, float8, bool, text (pg_type.dat). */
function paramOf(value: string | number | boolean | null): SqlParam {
  const oid =
    typeof value === 'number' ? (Number.isInteger(value) ? 20 : 701) : typeof value === 'boolean' ? 16 : 25;
  const text = value === null ? null : typeof value === 'boolean' ? (value ? 't' : 'f') : String(value);
  return { oid: value === null ? 0 : oid, value: { known: true, value: text }, hex: null };
}

function httpAction(written: Spec<'http'>['http'], { targets }: WrittenContext): HttpAction {
  const spec = typeof written === 'string' ? short(written) : written;
  const name = typeof spec.target === 'string' ? spec.target : undefined;
  const declared = name === undefined ? undefined : targets[name];
  const known =
    declared !== undefined && 'http' in declared && 'host' in declared.http ? declared.http.host : name;
  const url = URL.parse(spec.url, `http://${known ?? 'localhost'}/`) ?? new URL('http://localhost/');
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const headers = Object.fromEntries(
    Object.entries(spec.headers ?? {}).map(([key, value]) => [key.toLowerCase(), value]),
  );
  const body = spec.body === undefined ? null : jsonOf(spec.body);
  return {
    kind: 'http',
    target: httpTarget(spec.target, url.hostname, port, targets),
    origin: null,
    method: { known: true, value: spec.method },
    scheme: url.protocol === 'https:' ? 'https' : 'http',
    host: url.hostname,
    port,
    path: { known: true, value: url.pathname },
    query: { known: true, value: [...url.searchParams] },
    headers,
    contentType: headers['content-type'] ?? (body === null ? null : 'application/json'),
    body: { known: true, value: body },
    bodyDigest: null,
  };
}

function short(text: string): Exclude<Spec<'http'>['http'], string> {
  const [method = '', url = ''] = text.split(' ');
  return { method, url };
}

function httpTarget(
  written: WrittenTarget | undefined,
  host: string,
  port: number,
  targets: WrittenContext['targets'],
): Target {
  if (written !== undefined) return { ...targetOf(written, 'http', targets), host, port };
  const found = Object.entries(targets).find(
    ([, spec]) =>
      'http' in spec && 'host' in spec.http && spec.http.host === host && (spec.http.port ?? port) === port,
  );
  const target = targetOf(found?.[0] ?? `${host}:${port}`, 'http', targets);
  return { ...target, host, port };
}

function commandAction(written: Spec<'command'>['command']): RuntimeAction {
  const spec = 'argv' in written ? written : { argv: written };
  const { argv, name = 'command', cwd = '.' } = spec;
  return { kind: 'command', target: targetOf('command', 'command', {}), origin: null, name, argv, cwd };
}

function callAction(written: Spec<'call'>['call']): RuntimeAction {
  const spec = typeof written === 'string' ? { name: written } : written;
  return {
    kind: 'call',
    target: targetOf(spec.target ?? 'call', 'call', {}),
    origin: null,
    name: spec.name,
    params: { known: true, value: jsonOf(spec.params ?? {}) },
  };
}

/** The only target of a kind needs no naming. */
function onlyOne(targets: WrittenContext['targets'], kind: 'postgres'): string | null {
  const found = Object.entries(targets).filter(([, spec]) => kind in spec);
  return found.length === 1 ? (found[0]?.[0] ?? null) : null;
}

function targetOf(written: WrittenTarget, kind: Target['kind'], targets: WrittenContext['targets']): Target {
  const given = typeof written === 'string' ? { name: written } : written;
  const spec = targets[given.name];
  const { host = null, port = null, database = null } = given;
  return {
    name: given.name,
    kind,
    declared: given.declared ?? spec !== undefined,
    disposable: given.disposable ?? spec?.disposable === true,
    identity: host === null ? given.name : `${host}:${port ?? ''}/${database ?? ''}`,
    host,
    port,
    database,
  };
}

type Written = null | boolean | number | string | Written[] | { [key: string]: Written };

function jsonOf(value: Written): Json {
  if (typeof value === 'number') return new JsonNumber(String(value));
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(jsonOf);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, jsonOf(inner)]));
}
