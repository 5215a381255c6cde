import { type Json, JsonNumber, type SqlParam, type SqlValue } from './action.ts';

/** A row of an INSERT by its columns. */
export function rowOf(
  row: Readonly<Record<string, SqlValue>>,
  params: readonly SqlParam[],
): Map<string, unknown> {
  return partlyKnown(Object.entries(row).map(([column, value]) => [column, fromSqlValue(value, params)]));
}

/** A value of a statement as CEL has it; undefined when it is computed or could not be read. */
export function fromSqlValue(value: SqlValue, params: readonly SqlParam[]): unknown {
  if (value.from === 'computed') return undefined;
  if (value.from === 'parameter') {
    const param = params[value.number - 1];
    return param?.value.known ? fromParam(param) : undefined;
  }
  switch (value.type) {
    case 'null':
      return null;
    case 'boolean':
      return /^t/i.test(value.text);
    case 'number':
      return numberOf(value.text);
    case 'string':
      return value.text;
  }
}

/** OIDs of pg_type.dat: int8, int2, int4, oid; float4, float8, numeric; bool. */
const numbers = new Set([20, 21, 23, 26, 700, 701, 1700]);

/** A bound parameter as CEL has it, by its type; null also where it could not be read. */
export function fromParam(param: SqlParam): unknown {
  if (!param.value.known || param.value.value === null) return null;
  const text = param.value.value;
  if (numbers.has(param.oid)) return numberOf(text);
  return param.oid === 16 ? text === 't' || text === 'true' : text;
}

/** A key given twice could be read either way by the target: its value is unknown. */
export function queryMap(pairs: readonly (readonly [string, string])[]): Map<string, unknown> {
  const seen = new Set<string>();
  const twice = new Set(pairs.flatMap(([key]) => (seen.size === seen.add(key).size ? [key] : [])));
  return partlyKnown(pairs.map(([key, value]) => [key, twice.has(key) ? undefined : value]));
}

/** JSON as CEL has it: integers as BigInt, other numbers as double, objects as maps. */
export function fromJson(value: Json): unknown {
  if (JsonNumber.is(value)) return numberOf(value.number);
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value === 'object' && value !== null) {
    return partlyKnown(Object.entries(value).map(([key, inner]) => [key, fromJson(inner)]));
  }
  return value;
}

/** A map in which the keys without a value are present, but reading them throws. */
function partlyKnown(entries: readonly (readonly [string, unknown])[]): Map<string, unknown> {
  const map = new Map(entries);
  // the library asks for exactly a Map, so this one has a `get` of its own
  Object.defineProperty(map, 'get', {
    value: (key: string) => {
      const value: unknown = Map.prototype.get.call(map, key);
      if (value === undefined && map.has(key)) throw new Error(`the value of "${key}" is not known`);
      return value;
    },
  });
  return map;
}

/** CEL's int has 64 bits; what does not fit is a double. What is no finite number (NaN, 1e999) is unknown. */
function numberOf(text: string): bigint | number | undefined {
  if (/^-?\d{1,19}$/.test(text)) {
    const value = BigInt(text);
    if (BigInt.asIntN(64, value) === value) return value;
  }
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}
