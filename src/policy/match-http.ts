import type { Known } from './action.ts';
import type { Leaning, Unit } from './match.ts';
import { type Field, nameField, type PatternFault, patternsOf } from './match-field.ts';
import { hostNames, httpPaths, type Pattern, type PatternKind } from './pattern.ts';
import type { MatcherSpec } from './schema/rules.ts';
import { type Answer, no, unknown, yes } from './three-valued.ts';

type HttpSpec = Extract<MatcherSpec, { http: unknown }>['http'];

export function httpFields(spec: HttpSpec, fault: PatternFault): Field[] {
  const fields = nameField('target', spec.target, fault, 'http');
  const add = (
    name: 'method' | 'host' | 'path',
    kind: PatternKind,
    read: (unit: Unit) => Known<readonly string[]>,
  ) => {
    const pattern = patternsOf(spec[name], kind, ['http', name], fault);
    if (pattern !== null) fields.push((unit, leaning) => readings(name, read(unit), pattern, leaning));
  };
  add('host', hostNames, ({ action }) =>
    known(action.kind === 'http' ? [action.host.toLowerCase().replace(/\.$/, '')] : []),
  );
  add('method', hostNames, ({ action }) => (action.kind === 'http' ? single(action.method) : known([])));
  add('path', httpPaths, ({ action }) => (action.kind === 'http' ? pathReadings(action.path) : known([])));
  const paths = typeof spec.path === 'string' ? [spec.path] : (spec.path ?? []);
  for (const path of paths) {
    if (!/^[/*{]/.test(path)) fault(['http', 'path'], `"${path}" fits no path: paths begin with "/"`);
  }
  return fields;
}

/** Strict: any reading that fits. Loose: all of them must. */
function readings(
  what: string,
  values: Known<readonly string[]>,
  pattern: Pattern,
  leaning: Leaning,
): Answer {
  if (!values.known) return unknown(`${what}: ${values.why}`);
  const fits = leaning === 'strict' ? values.value.some(pattern) : values.value.every(pattern);
  const met = values.value.join(' or ');
  return fits ? yes(`${what} ${met}`) : no(`${what} is ${met}`);
}

function known(value: readonly string[]): Known<readonly string[]> {
  return { known: true, value };
}

function single(value: Known<string>): Known<readonly string[]> {
  return value.known ? known([value.value]) : value;
}

/** A path as sent, and as a lenient server would read it: escapes decoded, dots resolved, slashes merged. */
export function pathReadings(path: Known<string>): Known<readonly string[]> {
  if (!path.known) return path;
  let decoded: string;
  try {
    decoded = decodeURIComponent(path.value);
  } catch {
    return { known: false, why: 'the path has a broken percent escape' };
  }
  const segments: string[] = [];
  for (const segment of decoded.replaceAll('\\', '/').split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment.replace(/;.*$/s, ''));
  }
  return known([...new Set([path.value, decoded, `/${segments.join('/')}`])]);
}
