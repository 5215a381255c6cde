import type { Expression, ExpressionContext } from '../policy/expression.ts';
import { isRedactedName } from '../report/secret-names.ts';

const shownPaths = 10;
const shownText = 100;

/** The values that an expression read, for people: `action.where is false, run.step is "api"`. */
export function valuesRead(expression: Expression, context: ExpressionContext): string {
  const paths = expression.paths.slice(0, shownPaths);
  const read = paths.map((path) => `${path.join('.')} is ${shownAt(path, valueAt(path, context))}`);
  return read.length === 0 ? 'it is false' : read.join(', ');
}

const nothing = Symbol('not known');

function valueAt(path: readonly string[], context: ExpressionContext): unknown {
  const [group = '', ...fields] = path;
  try {
    return fields.reduce<unknown>((value, name) => step(value, name), context.variables[group]);
  } catch {
    // a getter tells so that a field is not known
    return nothing;
  }
}

function step(value: unknown, name: string): unknown {
  if (value instanceof Map) return value.has(name) ? value.get(name) : nothing;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return nothing;
  const found: unknown = Reflect.get(value, name);
  return found;
}

/** Texts that hold values of the statement: what of them is secret is told only in the form. */
const whole: ReadonlySet<string> = new Set(['statement', 'predicate']);

function shownAt(path: readonly string[], value: unknown): string {
  if (path.some((name) => isRedactedName(name))) return '‹redacted›';
  if (typeof value === 'string' && whole.has(path[1] ?? '')) return `a text of ${value.length} characters`;
  return shown(value);
}

function shown(value: unknown): string {
  if (value === nothing) return 'not known';
  if (typeof value === 'bigint' || typeof value === 'number') return `${value}`;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Map) return `a map of ${value.size}`;
  const text = JSON.stringify(value) ?? 'not known';
  return text.length <= shownText ? text : `${text.slice(0, shownText)}…`;
}
