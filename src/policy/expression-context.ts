import type { HttpAction, Known, RunContext, RuntimeAction, SqlAction, SqlOperation } from './action.ts';
import type { ExpressionContext } from './expression.ts';
import { fromJson, fromParam, queryMap, rowOf } from './expression-values.ts';
import { fullName } from './name-pattern.ts';
import type { FactName, Facts } from './verdict.ts';

/** Lists and texts beyond these are too large for macros. */
const maximumElements = 1000;
const maximumText = 10_000;

/** A field that is not known: whoever reads it gets the reason as an exception, which is unknown. */
class Unknown {
  readonly why: string;

  constructor(why: string) {
    this.why = why;
  }
}

/** A field that costs something and was not fetched yet; reading it says so. */
class Lacking extends Unknown {
  readonly fact: FactName;

  constructor(fact: FactName) {
    super('it was not fetched');
    this.fact = fact;
  }
}

function costly(action: RuntimeAction, { estimatedRows }: Facts): Record<string, unknown> {
  if (action.kind !== 'sql') return {};
  if (estimatedRows === undefined) return { estimatedRows: new Lacking('estimatedRows') };
  return { estimatedRows: known(estimatedRows, (rows) => BigInt(Math.round(rows))) };
}

function runFieldsOf({ now: _, labels, ...run }: RunContext, facts: Facts): Record<string, unknown> {
  const { changedFiles: files } = facts;
  return {
    ...run,
    attempt: BigInt(run.attempt),
    labels: labels === undefined ? null : [...labels],
    changedFiles: files === undefined ? new Lacking('changedFiles') : known(files, (paths) => paths),
  };
}

/**
 * What an expression sees of one operation of a runtime action. Reading a field that is not known throws, so
 * that it is unknown also to `has()` and `in`. Integers are BigInt, as CEL's int is.
 */
export function expressionContext(
  action: RuntimeAction,
  operation: SqlOperation | null,
  run: RunContext,
  facts: Facts = {},
): ExpressionContext {
  return new LazyContext(action, operation, run, facts);
}

type Fields = Readonly<Record<string, unknown>>;

/** Each group is made when it is first read: most expressions read one, and only macros ask what is large. */
class LazyContext implements ExpressionContext {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly lacks = new Set<FactName>();
  readonly #groups: readonly (() => Fields)[];
  readonly #facts: Facts;
  #large: boolean | null = null;

  constructor(action: RuntimeAction, operation: SqlOperation | null, run: RunContext, facts: Facts) {
    const fields = {
      action: () => ({ kind: action.kind, ...fieldsOf(action, operation), ...costly(action, facts) }),
      target: () => targetOf(action),
      run: () => runFieldsOf(run, facts),
    };
    this.variables = new LazyVariables(fields, run.now, this.lacks);
    this.#groups = Object.values(fields);
    this.#facts = facts;
  }

  get large(): boolean {
    this.#large ??= this.#groups.some((group) =>
      Object.entries(group()).some(([name, value]) => name !== 'changedFiles' && isLarge(value)),
    );
    return this.#large;
  }

  get manyFiles(): boolean {
    const { changedFiles: files } = this.#facts;
    return files?.known === true && files.value.length > maximumElements;
  }
}

type Groups = Readonly<Record<'action' | 'target' | 'run', () => Fields>>;

class LazyVariables {
  readonly [group: string]: unknown;
  readonly #groups: Groups;
  readonly #now: number | undefined;
  readonly #lacks: Set<FactName>;
  readonly #read: { action?: object; target?: object; run?: object } = {};

  constructor(groups: Groups, now: number | undefined, lacks: Set<FactName>) {
    this.#groups = groups;
    this.#now = now;
    this.#lacks = lacks;
  }

  get action(): object {
    this.#read.action ??= readable('action', this.#groups.action(), this.#lacks);
    return this.#read.action;
  }

  get target(): object {
    this.#read.target ??= readable('target', this.#groups.target(), this.#lacks);
    return this.#read.target;
  }

  get run(): object {
    this.#read.run ??= readable('run', this.#groups.run(), this.#lacks);
    return this.#read.run;
  }

  get now(): Date {
    if (this.#now === undefined) throw new Error('now is not known');
    return new Date(this.#now);
  }
}

function targetOf({ target }: RuntimeAction): Record<string, unknown> {
  const { name, kind, identity, declared, disposable, host, port, database } = target;
  return { name, kind, identity, declared, disposable, host, port: integer(port), database };
}

/** Null means not known, except for a body and for parameters, where it is a value. */
function readable(group: string, fields: Fields, lacks: Set<FactName>): object {
  const target: Record<string, unknown> = {};
  for (const field of Object.keys(fields)) {
    const value = fields[field];
    const mayBeNull = field === 'body' || field === 'params';
    if (value instanceof Unknown) unreadable(target, `${group}.${field}`, value, lacks);
    else if (value === null && !mayBeNull) unreadable(target, `${group}.${field}`, notSaid, lacks);
    else target[field] = value;
  }
  return target;
}

const notSaid = new Unknown('');

function unreadable(target: object, path: string, value: Unknown, lacks: Set<FactName>): void {
  const { why } = value;
  Object.defineProperty(target, path.slice(path.indexOf('.') + 1), {
    enumerable: true,
    get: () => {
      if (value instanceof Lacking) lacks.add(value.fact);
      throw new Error(`${path} is not known${why === '' ? '' : `: ${why}`}`);
    },
  });
}

function fieldsOf(action: RuntimeAction, operation: SqlOperation | null): Record<string, unknown> {
  switch (action.kind) {
    case 'sql':
      return sqlFields(action, operation);
    case 'http':
      return httpFields(action);
    case 'command':
      return { name: action.name, argv: [...action.argv], cwd: action.cwd };
    case 'call':
      return { name: action.name, params: known(action.params, fromJson) };
  }
}

function known<T>(value: Known<T>, convert: (value: T) => unknown): unknown {
  return value.known ? convert(value.value) : new Unknown(value.why);
}

function sqlFields(action: SqlAction, operation: SqlOperation | null): Record<string, unknown> {
  const notUnderstood = action.analysis.unknown.join('; ');
  const unread = action.params.findIndex((param) => !param.value.known);
  const common = {
    statement: action.statement,
    role: action.role,
    operations:
      notUnderstood === ''
        ? action.analysis.operations.map((one) => one.operation)
        : new Unknown(notUnderstood),
    params:
      unread === -1
        ? action.params.map(fromParam)
        : new Unknown(`parameter $${unread + 1} could not be read`),
  };
  if (operation === null) {
    const rest = new Unknown(notUnderstood);
    const fields = ['operation', 'tables', 'columns', 'where', 'predicate', 'function', 'rows'];
    return { ...common, ...Object.fromEntries(fields.map((field) => [field, rest])) };
  }
  return {
    ...common,
    operation: operation.operation,
    tables: operation.tables.map(fullName),
    columns: [...operation.columns],
    where: operation.where,
    predicate: operation.predicate,
    function: operation.function === null ? null : fullName(operation.function),
    rows:
      operation.rows?.map((row) => rowOf(row, action.params)) ??
      new Unknown('the statement does not list its rows'),
  };
}

/** Of a tunnel, whose path nobody sees, the headers inside are not seen either. */
function httpFields(action: HttpAction): Record<string, unknown> {
  return {
    method: known(action.method, (method) => method),
    scheme: action.scheme,
    host: action.host,
    port: BigInt(action.port),
    path: known(action.path, (path) => path),
    query: known(action.query, queryMap),
    headers: known(action.path, () => new Map(Object.entries(action.headers))),
    contentType: known(action.path, () => action.contentType),
    body: known(action.body, fromJson),
  };
}

function integer(value: number | null): bigint | null {
  return value === null ? null : BigInt(value);
}

function isLarge(value: unknown): boolean {
  if (typeof value === 'string') return value.length > maximumText;
  if (Array.isArray(value)) return value.length > maximumElements || value.some(isLarge);
  return value instanceof Map && (value.size > maximumElements || [...value.values()].some(isLarge));
}
