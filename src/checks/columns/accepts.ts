import type { SqlParam, SqlValue } from '../../policy/action.ts';
import type { Column } from './table.ts';

/** A value on its way into a column: what it is written as, and as what the server takes it. */
export type Given =
  | { readonly as: 'null' }
  /** Read by the column's own type. */
  | { readonly as: 'text'; readonly text: string }
  /** A number or a boolean already: only what can be assigned from that. */
  | { readonly as: 'number' | 'boolean'; readonly text: string }
  | { readonly as: 'unknown'; readonly why: string };

/** `server`: only the type itself can say whether it takes this text. */
export type Accepted =
  | { readonly outcome: 'yes' | 'server' }
  | { readonly outcome: 'no'; readonly expected: string; readonly met: string }
  | { readonly outcome: 'unknown'; readonly why: string };

/** OIDs of pg_type.dat. */
const oids = { bool: 16, int8: 20, int2: 21, int4: 23, text: 25, bpchar: 1042, varchar: 1043, uuid: 2950 };
const numbers = new Set([20, 21, 23, 26, 700, 701, 1700]);
const unspecified = new Set([0, 705]);
const texts = new Set([oids.text, oids.varchar, oids.bpchar]);
/** Types of the target's own come after PostgreSQL's. */
const firstUserOid = 16_384;

export function givenValue(value: SqlValue, params: readonly SqlParam[], column: Column): Given {
  if (value.from === 'computed') return { as: 'unknown', why: 'it is computed by the statement' };
  if (value.from === 'literal') {
    if (value.type === 'null') return { as: 'null' };
    return { as: value.type === 'string' ? 'text' : value.type, text: value.text };
  }
  const param = params[value.number - 1];
  if (param === undefined) return { as: 'unknown', why: `parameter $${value.number} was not bound` };
  if (!param.value.known) return { as: 'unknown', why: param.value.why };
  const text = param.value.value;
  if (text === null) return { as: 'null' };
  if (unspecified.has(param.oid) || param.oid === column.oid) return { as: 'text', text };
  if (numbers.has(param.oid)) return { as: 'number', text };
  if (param.oid === oids.bool) return { as: 'boolean', text };
  if (texts.has(param.oid) && texts.has(column.oid)) return { as: 'text', text };
  const why = `it was sent as a value of the type with OID ${param.oid}, which PostgreSQL converts to ${column.type}`;
  return { as: 'unknown', why };
}

/** Whether a column's type takes a value that is not NULL. */
export function accepts(column: Column, given: Exclude<Given, { as: 'null' | 'unknown' }>): Accepted {
  if (column.domain) return { outcome: 'server' };
  if (column.labels !== null) return label(column, column.labels, given);
  const whole = integerRange[column.oid];
  if (whole !== undefined) return integer(column, whole, given);
  if (texts.has(column.oid)) return long(column, given.text);
  if (given.as === 'text') return { outcome: 'server' };
  if (given.as === 'number' && column.category === 'N') return { outcome: 'server' };
  if (given.as === 'boolean' && column.oid === oids.bool) return { outcome: 'yes' };
  if (column.oid >= firstUserOid) {
    return { outcome: 'unknown', why: `whether ${column.type} takes a ${given.as} is up to the database` };
  }
  return wrong(column, `a ${given.as}`);
}

function wrong(column: Column, met: string): Accepted {
  return { outcome: 'no', expected: `a value of type ${column.type} for column "${column.name}"`, met };
}

/** Every enum's labels are named, as nobody knows them by heart. */
function label(column: Column, labels: readonly string[], given: { as: string; text: string }): Accepted {
  if (given.as === 'text' && labels.includes(given.text)) return { outcome: 'yes' };
  const list = labels.map((name) => `'${name}'`).join(', ');
  return {
    outcome: 'no',
    expected: `one of ${list} (enum ${column.type}) for column "${column.name}"`,
    met: given.as === 'text' ? 'another text' : `a ${given.as}`,
  };
}

const integerRange: Readonly<Record<number, bigint>> = {
  [oids.int2]: 2n ** 15n,
  [oids.int4]: 2n ** 31n,
  [oids.int8]: 2n ** 63n,
};

/** Only what is plainly a whole number is judged here; how PostgreSQL rounds is left to it. */
function integer(column: Column, bound: bigint, given: { as: string; text: string }): Accepted {
  if (given.as === 'boolean') return wrong(column, 'a boolean');
  if (!/^\s*[+-]?\d+\s*$/.test(given.text)) {
    // NaN, 0x10 and 1_000 are PostgreSQL's to read; a number with a fraction is rounded when it is no text
    return given.as === 'number'
      ? { outcome: 'unknown', why: 'PostgreSQL rounds it' }
      : { outcome: 'server' };
  }
  const value = BigInt(given.text.trim().replace(/^\+/, ''));
  if (value >= -bound && value < bound) return { outcome: 'yes' };
  return wrong(column, 'a number outside its range');
}

/** Of varchar(n) and char(n) the modifier is n + 4; spaces at the end may go. */
function long(column: Column, text: string): Accepted {
  if (text.includes('\0')) return wrong(column, 'a text with a zero byte');
  if (column.modifier < 4) return { outcome: 'yes' };
  const length = [...text.replace(/ +$/, '')].length;
  if (length <= column.modifier - 4) return { outcome: 'yes' };
  return wrong(column, `a text of ${length} characters`);
}
