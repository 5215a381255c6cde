import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeParam } from '../../../src/protocol/postgres/values.ts';

const binary = (hex: string) => ({ format: 'binary' as const, bytes: Buffer.from(hex, 'hex') });

/** OID, bytes as PostgreSQL sends them (`select send(value)`), and PostgreSQL's own text of the value. */
const values: readonly (readonly [string, number, string, string])[] = [
  ['bool', 16, '01', 't'],
  ['int2', 21, 'ffff', '-1'],
  ['int4', 23, '7fffffff', '2147483647'],
  ['int8', 20, '0020000000000001', '9007199254740993'],
  ['float4', 700, '3dcccccd', '0.1'],
  ['float8', 701, '3fb999999999999a', '0.1'],
  ['float8 infinity', 701, '7ff0000000000000', 'Infinity'],
  ['text', 25, 'c3a9', 'é'],
  ['varchar', 1043, '61', 'a'],
  ['uuid', 2950, 'a0eebc999c0b4ef8bb6d6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  ['bytea', 17, '00ff', '\\x00ff'],
  ['oid', 26, 'ffffffff', '4294967295'],
  ['jsonb', 3802, '017b7d', '{}'],
  ['json', 114, '7b7d', '{}'],
  ['date', 1082, '00000000', '2000-01-01'],
  ['date before the epoch', 1082, 'ffffffff', '1999-12-31'],
  ['timestamp', 1114, '0000000000000001', '2000-01-01 00:00:00.000001'],
  ['timestamp before the epoch', 1114, 'ffffffffffffffff', '1999-12-31 23:59:59.999999'],
  ['timestamptz', 1184, '0002ecac99115000', '2026-01-31 12:00:00+00'],
  ['timestamp infinity', 1114, '7fffffffffffffff', 'infinity'],
];

for (const [name, oid, hex, text] of values) {
  test(`a binary ${name} is read as PostgreSQL writes it`, () => {
    const param = decodeParam(binary(hex), oid);
    assert.deepEqual(param, { oid, value: { known: true, value: text }, hex });
  });
}

test('a text value is itself, whatever its type', () => {
  const param = decodeParam({ format: 'text', bytes: Buffer.from('42') }, 0);
  assert.deepEqual(param.value, { known: true, value: '42' });
});

test('NULL is known', () => {
  assert.deepEqual(decodeParam({ format: 'binary', bytes: null }, 0), {
    oid: 0,
    value: { known: true, value: null },
    hex: null,
  });
});

test('what cannot be read exactly is unknown and keeps its bytes', () => {
  for (const [value, oid] of [
    [binary('00'), 600], // point
    [binary('00'), 0],
    [binary('0000'), 23],
    [binary('02'), 16],
    [binary('ff'), 25],
    [binary('027b7d'), 3802],
    [{ format: 'text' as const, bytes: Buffer.from([0xff]) }, 25],
  ] as const) {
    const param = decodeParam(value, oid);
    assert.equal(param.value.known, false);
    assert.equal(param.hex, value.bytes.toString('hex'));
  }
});

test('random bytes of any type are read or unknown, and nothing is thrown', () => {
  const oids = fc.constantFrom(
    16,
    17,
    19,
    20,
    21,
    23,
    25,
    26,
    114,
    700,
    701,
    1042,
    1043,
    1082,
    1114,
    1184,
    2950,
    3802,
    999,
  );
  fc.assert(
    fc.property(oids, fc.uint8Array({ maxLength: 20 }), (oid, bytes) => {
      const { value } = decodeParam({ format: 'binary', bytes: Buffer.from(bytes) }, oid);
      assert.equal(typeof value.known, 'boolean');
    }),
  );
});
