import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeBind, encodeBind } from '../../../src/protocol/postgres/bind.ts';
import { decodeFields, errorResponse } from '../../../src/protocol/postgres/fields.ts';
import { FrameReader } from '../../../src/protocol/postgres/frames.ts';
import { decodeFunctionCall } from '../../../src/protocol/postgres/function-call.ts';
import {
  decodeEmpty,
  decodeExecute,
  decodeNamed,
  encodeClose,
  encodeExecute,
  sync,
} from '../../../src/protocol/postgres/named.ts';
import { decodeParse, encodeParse } from '../../../src/protocol/postgres/parse.ts';
import { decodeQuery, encodeQuery } from '../../../src/protocol/postgres/query.ts';
import {
  decodeParameterDescription,
  decodeParameterStatus,
  decodeReady,
  decodeSaslInitial,
  decodeTextRow,
  parameterStatus,
  readyForQuery,
} from '../../../src/protocol/postgres/server-messages.ts';
import { decodeStartup, encodeStartup } from '../../../src/protocol/postgres/startup.ts';
import { ProtocolViolation } from '../../../src/protocol/postgres/violation.ts';
import { int16, int32, message } from '../../../src/protocol/postgres/writer.ts';

const text = (bytes: Buffer) => bytes.toString('utf8');

/** Every message that the gate decodes, with one example and what must be read from it. */
const examples: readonly { name: string; bytes: Buffer; decode: (body: Buffer) => unknown; read: unknown }[] =
  [
    { name: 'Sync', bytes: sync, decode: (b) => decodeEmpty(b, 'Sync'), read: undefined },
    { name: 'Query', bytes: encodeQuery('select 1'), decode: (b) => text(decodeQuery(b)), read: 'select 1' },
    {
      name: 'Parse',
      bytes: encodeParse('s1', 'select $1', [23, 0]),
      decode: (b) => {
        const parse = decodeParse(b);
        return [text(parse.name), text(parse.text), parse.oids];
      },
      read: ['s1', 'select $1', [23, 0]],
    },
    {
      name: 'Bind',
      bytes: encodeBind(Buffer.from('p1'), 's1', ['a', null, '']),
      decode: (b) => {
        const bind = decodeBind(b);
        return [
          text(bind.portal),
          text(bind.statement),
          bind.values.map(({ bytes }) => bytes && text(bytes)),
        ];
      },
      read: ['p1', 's1', ['a', null, '']],
    },
    {
      name: 'Close',
      bytes: encodeClose('portal', 'p1'),
      decode: (b) => {
        const { what, name } = decodeNamed(b, 'Close');
        return [what, text(name)];
      },
      read: ['portal', 'p1'],
    },
    {
      name: 'Execute',
      bytes: encodeExecute('p1'),
      decode: (b) => [text(decodeExecute(b).portal), decodeExecute(b).rows],
      read: ['p1', 0],
    },
    {
      name: 'FunctionCall',
      bytes: message(
        'F',
        int32(1598),
        int16(1),
        int16(1),
        int16(2),
        int32(1),
        Buffer.from('x'),
        int32(-1),
        int16(0),
      ),
      decode: (b) => [decodeFunctionCall(b).oid, decodeFunctionCall(b).arguments.map((a) => a && text(a))],
      read: [1598, ['x', null]],
    },
    {
      name: 'SASLInitialResponse',
      bytes: message('p', Buffer.from('SCRAM-SHA-256\0'), int32(3), Buffer.from('n,,')),
      decode: decodeSaslInitial,
      read: { mechanism: 'SCRAM-SHA-256', data: 'n,,' },
    },
    { name: 'ReadyForQuery', bytes: readyForQuery('T'), decode: decodeReady, read: 'T' },
    {
      name: 'ParameterStatus',
      bytes: parameterStatus('TimeZone', 'UTC'),
      decode: decodeParameterStatus,
      read: { name: 'TimeZone', value: 'UTC' },
    },
    {
      name: 'ParameterDescription',
      bytes: message('t', int16(2), int32(25), int32(2950)),
      decode: decodeParameterDescription,
      read: [25, 2950],
    },
    {
      name: 'DataRow',
      bytes: message('D', int16(2), int32(-1), int32(2), Buffer.from('ab')),
      decode: decodeTextRow,
      read: [null, 'ab'],
    },
    {
      name: 'ErrorResponse',
      bytes: errorResponse({ severity: 'ERROR', code: 'JA001', message: 'held', hint: 'approve' }),
      decode: (b) => [...decodeFields(b)].map(([letter, value]) => `${letter}${text(value)}`),
      read: ['SERROR', 'VERROR', 'CJA001', 'Mheld', 'Happrove'],
    },
  ];

describe('each message', () => {
  for (const { name, bytes, decode, read } of examples) {
    test(`${name} is read whole`, () => {
      const reader = new FrameReader();
      reader.push(bytes);
      const frame = reader.next();
      assert.deepEqual(frame?.bytes, bytes);
      assert.deepEqual(decode(frame.body), read);
      assert.equal(reader.next(), null);
    });

    test(`${name} is read byte by byte, and not before its last byte`, () => {
      const reader = new FrameReader();
      for (const [at, byte] of bytes.entries()) {
        assert.equal(reader.next(), null, `complete before byte ${at}`);
        reader.push(Buffer.from([byte]));
      }
      assert.deepEqual(decode(reader.next()?.body ?? Buffer.alloc(0)), read);
    });

    test(`${name} leaves what follows it, and refuses what is inside it too much`, () => {
      const reader = new FrameReader();
      reader.push(Buffer.concat([bytes, bytes.subarray(0, 3)]));
      assert.deepEqual(reader.next()?.bytes, bytes);
      assert.equal(reader.size, 3);
      assert.throws(() => decode(Buffer.concat([bytes.subarray(5), Buffer.from([7])])), ProtocolViolation);
    });

    test(`${name} is refused when any of its bytes are missing`, () => {
      const body = bytes.subarray(5);
      for (let length = 0; length < body.length; length++) {
        assert.throws(() => decode(body.subarray(0, length)), ProtocolViolation, `accepted ${length} bytes`);
      }
    });

    test(`${name} with random bytes is read or refused, and nothing else`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 64 }), (random) => {
          try {
            decode(Buffer.from(random));
          } catch (error) {
            assert.ok(error instanceof ProtocolViolation, String(error));
          }
        }),
      );
    });
  }
});

test('a stream cut anywhere gives the same messages', () => {
  const stream = Buffer.concat(examples.map(({ bytes }) => bytes));
  fc.assert(
    fc.property(fc.array(fc.nat({ max: stream.length }), { maxLength: 12 }), (cuts) => {
      const reader = new FrameReader();
      const met: Buffer[] = [];
      const places = [0, ...cuts.sort((a, b) => a - b), stream.length];
      for (const [at, place] of places.entries()) {
        reader.push(stream.subarray(place, places[at + 1] ?? stream.length));
        for (let frame = reader.next(); frame !== null; frame = reader.next()) met.push(frame.bytes);
      }
      assert.deepEqual(
        met,
        examples.map(({ bytes }) => bytes),
      );
    }),
  );
});

test('rows pass in the pieces in which they come, everything else whole', () => {
  const row = message('D', int16(1), int32(3), Buffer.from('abc'));
  const end = message('C', Buffer.from('SELECT 2\0'));
  const stream = Buffer.concat([row, row, end, row]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), (size) => {
      const reader = new FrameReader();
      const met: string[] = [];
      const bytes: Buffer[] = [];
      for (let at = 0; at < stream.length; at += size) {
        reader.push(stream.subarray(at, at + size));
        for (let item = reader.nextOrPassing(); item !== null; item = reader.nextOrPassing()) {
          bytes.push(item.bytes);
          if (item.body !== null) met.push(item.type);
        }
      }
      assert.deepEqual(Buffer.concat(bytes), stream);
      assert.deepEqual(met, ['C']);
    }),
  );
});

test('a message longer than the limit is refused by its head, before its body has come', () => {
  const reader = new FrameReader(100, { S: 8 });
  reader.push(Buffer.from([0x51, 0, 0, 0, 101]));
  assert.throws(() => reader.next(), /4 to 100 bytes, met 101/);
  const small = new FrameReader(100, { S: 8 });
  small.push(Buffer.from([0x53, 0, 0, 0, 9]));
  assert.throws(() => small.next(), /4 to 8 bytes, met 9/);
});

describe('the startup packet', () => {
  const packet = encodeStartup(
    new Map([
      ['user', 'ann'],
      ['database', 'shop'],
    ]),
  ); // prettier-ignore
  const read = (bytes: Buffer) => {
    const reader = new FrameReader();
    reader.push(bytes);
    const body = reader.nextPacket();
    return body === null ? null : decodeStartup(body);
  };

  test('is read whole, and byte by byte not before its last byte', () => {
    const expected = {
      kind: 'startup',
      minor: 0,
      parameters: new Map([
        ['user', 'ann'],
        ['database', 'shop'],
      ]),
    };
    assert.deepEqual(read(packet), expected);
    for (let length = 0; length < packet.length; length++)
      assert.equal(read(packet.subarray(0, length)), null);
  });

  test('has at most 10,000 bytes', () => {
    const long = encodeStartup(new Map([['user', 'a'.repeat(10_000)]]));
    assert.throws(() => read(long), /8 to 10000 bytes/);
  });

  test('does not let a NUL inside a value name another user', () => {
    const smuggled = encodeStartup(new Map([['database', 'x\0user\0root']]));
    const startup = read(smuggled);
    assert.ok(startup?.kind === 'startup');
    assert.deepEqual([...startup.parameters.keys()], ['database']);
  });

  test('is refused when it names a parameter twice, without repeating a value', () => {
    const twice = Buffer.from('user\0ann\0user\0s3cret\0\0');
    const body = Buffer.concat([int32(3 << 16), twice]);
    assert.throws(
      () => decodeStartup(body),
      (error: Error) => /twice/.test(error.message) && !error.message.includes('s3cret'),
    );
  });

  test('is refused with bytes after its end', () => {
    assert.throws(() => decodeStartup(Buffer.concat([packet.subarray(4), Buffer.from('x')])), /too many/);
  });

  test('asks for encryption, for a cancellation, or for a version', () => {
    assert.deepEqual(decodeStartup(int32(80877103)), { kind: 'ssl' });
    assert.deepEqual(decodeStartup(int32(80877104)), { kind: 'gss' });
    const cancel = decodeStartup(Buffer.concat([int32(80877102), int32(7), Buffer.from('key!')]));
    assert.deepEqual(cancel, { kind: 'cancel', process: 7, key: Buffer.from('key!') });
    assert.throws(() => decodeStartup(int32(2 << 16)), /version 3/);
  });

  test('with random bytes is read or refused, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 64 }), (random) => {
        try {
          decodeStartup(Buffer.from(random));
        } catch (error) {
          assert.ok(error instanceof ProtocolViolation, String(error));
        }
      }),
    );
  });
});
