import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { joined } from '../../../src/protocol/postgres/joined.ts';

suite('pieces joined before they are written', () => {
  test('are the same bytes in the same order, however a chunk was cut and whatever stands between', () => {
    const cut = fc.array(fc.record({ length: fc.nat(60), own: fc.boolean(), skip: fc.nat(2) }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2000, maxLength: 2000 }), cut, (bytes, cuts) => {
        const chunk = Buffer.from(bytes);
        let at = 0;
        const pieces = cuts.map(({ length, own, skip }) => {
          at += skip;
          const piece = chunk.subarray(at, at + length);
          at += length;
          return own ? Buffer.from(piece) : piece;
        });
        assert.deepEqual(Buffer.concat(joined(pieces)), Buffer.concat(pieces));
      }),
    );
  });

  test('that lie behind each other are one, without a copy', () => {
    const chunk = Buffer.alloc(100_000, 'x');
    const [whole, ...rest] = joined([
      chunk.subarray(10, 20),
      chunk.subarray(20, 90_000),
      chunk.subarray(90_000),
    ]);
    assert.deepEqual(rest, []);
    assert.equal(whole?.buffer, chunk.buffer);
    assert.equal(whole.length, 99_990);
  });

  test('that are large and lie apart stay apart', () => {
    const pieces = [Buffer.alloc(20_000, 'a'), Buffer.alloc(20_000, 'b')];
    assert.deepEqual(joined(pieces), pieces);
  });
});
