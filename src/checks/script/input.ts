import {
  type HttpAction,
  type Json,
  JsonNumber,
  type Known,
  type RunContext,
  type RuntimeAction,
  type SqlAction,
} from '../../policy/action.ts';

/** Thrown for what a script would need to see and the gate could not read. */
export class Unreadable extends Error {}

/**
 * What a script is given, as JSON text: the runtime action with everything in it, target and run. Numbers of a
 * body keep their digits. Throws Unreadable rather than to show a part as if it were the whole.
 */
export function scriptInput(action: RuntimeAction, run: RunContext): string {
  const { name, kind, identity, declared, disposable, host, port, database } = action.target;
  const target = { name, kind, identity, declared, disposable, host, port, database };
  return text({ version: 1, action: { kind: action.kind, ...fieldsOf(action) }, target, run: { ...run } });
}

function fieldsOf(action: RuntimeAction): object {
  switch (action.kind) {
    case 'sql':
      return sqlFields(action);
    case 'http':
      return httpFields(action);
    case 'command':
      return { name: action.name, argv: action.argv, cwd: action.cwd };
    case 'call':
      return { name: action.name, params: read(action.params) };
  }
}

function sqlFields({ statement, role, params, analysis }: SqlAction): object {
  if (analysis.unknown.length > 0) throw new Unreadable(analysis.unknown.join('; '));
  return {
    statement,
    role,
    params: params.map(({ oid, value }) => ({ oid, value: read(value) })),
    operations: analysis.operations,
  };
}

function httpFields(action: HttpAction): object {
  return {
    method: read(action.method),
    scheme: action.scheme,
    host: action.host,
    port: action.port,
    path: read(action.path),
    query: read(action.query),
    headers: action.headers,
    contentType: action.contentType,
    body: read<Json>(action.body),
  };
}

function read<T>(value: Known<T>): T {
  if (value.known) return value.value;
  throw new Unreadable(value.why);
}

/** JSON.stringify, but for numbers that are kept as their source text. */
function text(value: unknown): string {
  if (JsonNumber.is(value)) return value.number;
  if (Array.isArray(value)) return `[${value.map(text).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${text(inner)}`).join(',')}}`;
}
