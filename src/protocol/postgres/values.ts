import type { Known, SqlParam } from '../../policy/action.ts';
import type { BoundValue } from './bind.ts';
import { dateText, timestampText } from './timestamps.ts';

type Decoder = (bytes: Buffer) => string | null;

/** Reads exactly `size` bytes, else the value is not what its type says. */
function fixed(size: number, read: (bytes: Buffer) => string | null): Decoder {
  return (bytes) => (bytes.length === size ? read(bytes) : null);
}

function utf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The shortest decimal that reads back as the same float4. */
function float4(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return decimal(short, 6);
  }
  return decimal(Number(value.toPrecision(9)), 6);
}

/** As PostgreSQL prints it: with an exponent from ten to the `wide` on, and of two digits at least. */
function decimal(value: number, wide: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (Object.is(value, -0)) return '-0';
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < wide) return String(value);
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function uuid(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [0, 8, 12, 16, 20].map((at, index) => hex.slice(at, [8, 12, 16, 20, 32][index])).join('-');
}

/** Binary forms by OID (src/include/catalog/pg_type.dat); the names are PostgreSQL's. */
const decoders: Readonly<Record<number, Decoder>> = {
  16: fixed(1, (bytes) => (bytes[0] === 0 ? 'f' : bytes[0] === 1 ? 't' : null)), // bool
  17: (bytes) => `\\x${bytes.toString('hex')}`, // bytea
  19: utf8, // name
  20: fixed(8, (bytes) => bytes.readBigInt64BE().toString()), // int8
  21: fixed(2, (bytes) => bytes.readInt16BE().toString()), // int2
  23: fixed(4, (bytes) => bytes.readInt32BE().toString()), // int4
  25: utf8, // text
  26: fixed(4, (bytes) => bytes.readUInt32BE().toString()), // oid
  114: utf8, // json
  700: fixed(4, (bytes) => float4(bytes.readFloatBE())), // float4
  701: fixed(8, (bytes) => decimal(bytes.readDoubleBE(), 15)), // float8
  1042: utf8, // bpchar
  1043: utf8, // varchar
  1082: fixed(4, (bytes) => dateText(bytes.readInt32BE())), // date
  1114: fixed(8, (bytes) => timestampText(bytes.readBigInt64BE(), false)), // timestamp
  1184: fixed(8, (bytes) => timestampText(bytes.readBigInt64BE(), true)), // timestamptz
  2950: fixed(16, uuid), // uuid
  3802: (bytes) => (bytes[0] === 1 ? utf8(bytes.subarray(1)) : null), // jsonb, version 1
};

/** A bound value as the policy reads it. What cannot be read exactly is unknown and bound by its bytes. */
export function decodeParam(value: BoundValue, oid: number): SqlParam {
  const hex = value.bytes === null ? null : value.bytes.toString('hex');
  return { oid, value: read(value, oid), hex };
}

function read(value: BoundValue, oid: number): Known<string | null> {
  if (value.bytes === null) return { known: true, value: null };
  if (value.format === 'text') {
    const text = utf8(value.bytes);
    return text === null ? unknown('a text parameter is not UTF-8') : { known: true, value: text };
  }
  const decoder = decoders[oid];
  if (decoder === undefined) {
    return unknown(
      oid === 0 ? 'a binary parameter of a type not told' : `a binary parameter of the type with OID ${oid}`,
    );
  }
  const text = decoder(value.bytes);
  return text === null
    ? unknown(`a binary parameter that does not fit its type (OID ${oid})`)
    : { known: true, value: text };
}

function unknown(why: string): Known<string | null> {
  return { known: false, why };
}
