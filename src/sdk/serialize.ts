import { JitError } from '../errors.ts';

/**
 * Parameters as JSON text, by JSON.stringify's rules but without its silent losses: a BigInt becomes its digits;
 * NaN, Infinity, functions, symbols, Map, Set, bytes and cycles are errors that name the place, since a
 * maintainer would otherwise approve something that is not shown. A Date becomes its ISO text and `undefined` is
 * left out (null inside an array), as in JSON.stringify.
 */
export function serialize(value: unknown): string {
  return text(value, 'params', []) ?? 'null';
}

function text(given: unknown, path: string, above: readonly object[]): string | undefined {
  const value = prepared(given, path);
  if (value === null) return 'null';
  if (value === undefined) return undefined;
  if (typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw unusable(path, String(value));
    return JSON.stringify(value);
  }
  if (typeof value !== 'object') throw unusable(path, `a ${typeof value}`);
  if (above.includes(value)) throw unusable(path, 'a cycle');
  const chain = [...above, value];
  if (Array.isArray(value)) {
    return `[${value.map((item, index) => text(item, `${path}[${index}]`, chain) ?? 'null').join(',')}]`;
  }
  if (value instanceof Map || value instanceof Set || value instanceof WeakMap || value instanceof WeakSet) {
    throw unusable(path, `a ${value.constructor.name}`);
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) throw unusable(path, 'bytes');
  const members = Object.entries(value).flatMap(([key, item]) => {
    const member = text(item, `${path}.${key}`, chain);
    return member === undefined ? [] : [`${JSON.stringify(key)}:${member}`];
  });
  return `{${members.join(',')}}`;
}

/** Applies `toJSON`, as JSON.stringify does; boxed values are unboxed. */
function prepared(value: unknown, path: string): unknown {
  if (value instanceof Date && Number.isNaN(value.getTime())) throw unusable(path, 'an invalid Date');
  if (value instanceof Number || value instanceof String || value instanceof Boolean) return value.valueOf();
  // A Buffer would become a list of numbers
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (!('toJSON' in value) || typeof value.toJSON !== 'function') return value;
  const converted: unknown = value.toJSON();
  return converted;
}

function unusable(path: string, met: string): JitError {
  return new JitError(
    'JA004',
    `guard() expected parameters that JSON can carry; ${path} is ${met}. Convert it to text or numbers first.`,
  );
}
