import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CutOptions, cut, sizeOf } from '../../src/report/cut.ts';
import { hostile, outsideCode } from './hostile.ts';

test('what fits is left as it is', () => {
  assert.equal(cut('abc', 3, { as: 'line' }), 'abc');
  assert.equal(cut('äbc', 4, { as: 'text', unit: 'bytes' }), 'äbc');
});

test('a line ends in an ellipsis and never inside a character', () => {
  assert.equal(cut('abcdef', 4, { as: 'line' }), 'abc…');
  assert.equal(cut('ab👍cd', 4, { as: 'line' }), 'ab…');
  assert.equal(cut('ä👍👍', 8, { as: 'line', unit: 'bytes' }), 'ä…');
});

test('a text says how much is left out and names the digest of the whole', () => {
  const text = 'x'.repeat(2000);
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const result = cut(text, 100, { as: 'text' });
  assert.match(
    result,
    new RegExp(`^x+\\n… 1,9\\d\\d characters left out \\(sha256 of the whole: ${digest}\\)$`),
  );
  const kept = result.indexOf('\n');
  assert.ok(result.includes(`… ${(2000 - kept).toLocaleString('en')} characters`));
});

test('Markdown is cut between lines, with its fence and its details closed', () => {
  const text = `intro\n\n<details><summary>1</summary>\n\n\`\`\`\`sql\n${'SELECT 1;\n'.repeat(100)}\`\`\`\`\n\n</details>`;
  const result = cut(text, 300, { as: 'markdown' });
  assert.ok(result.length <= 300);
  assert.match(result, /SELECT 1;\n````\n\n<\/details>\n\n… [\d,]+ characters left out/);
});

test('half a line is dropped, because it could end inside a code span', () => {
  const result = cut(`first\n\`${'a'.repeat(200)}\` [x](y)`, 150, { as: 'markdown' });
  assert.match(result, /^first\n\n… /);
});

test('no text, limit or unit gives a longer result, an open fence or half a character', () => {
  const options = fc.record({
    as: fc.constantFrom<CutOptions['as']>('line', 'text', 'markdown'),
    unit: fc.constantFrom('characters' as const, 'bytes' as const),
  });
  fc.assert(
    fc.property(hostile, fc.nat(400), options, (text, max, how) => {
      const whole = `${text.toWellFormed()}\n`.repeat(5);
      const result = cut(whole, max, how);
      assert.ok(sizeOf(result, how.unit) <= max);
      assert.ok(result.isWellFormed());
    }),
    { numRuns: 500 },
  );
});

test('whatever stands in fences, cut Markdown leaves none open', () => {
  fc.assert(
    fc.property(hostile, fc.integer({ min: 160, max: 900 }), (text, max) => {
      const body = text.replaceAll(/[`~]/g, '').replaceAll(/<\/?details/g, '');
      const whole = `a\n\n\`\`\`\`\`sql\n${`${body}\n`.repeat(20)}\`\`\`\`\`\n\nb`;
      outsideCode(cut(whole, max, { as: 'markdown' }));
    }),
  );
});
