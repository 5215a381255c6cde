import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAnalyser } from '../../../src/policy/sql/analyse.ts';
import { analyse, analyser } from './analyser.ts';

const usual = { standardConformingStrings: true };

test('what cannot be read for certain is unknown, and an approval binds the whole text', () => {
  const texts: [string, RegExp][] = [
    ['selec 1', /could not be parsed: syntax error/],
    ["select 'abc", /could not be parsed/],
    ['select 1\0; delete from users', /NUL/],
    [`select '${'x'.repeat(1024 * 1024)}'`, /longer than 1048576 bytes/],
    // three bytes each
    [`select '${'€'.repeat(349_526)}'`, /longer than 1048576 bytes/],
    ['select \ud800', /well-formed/],
    [`select ${'1+'.repeat(10_000)}1`, /could not be parsed/],
  ];
  for (const [text, why] of texts) {
    const found = analyse(text);
    assert.match(found.unknown.join(), why);
    assert.deepEqual([found.shape, found.holes, found.operations], [[text], [], []]);
  }
});

test('a backslash is unknown while standard_conforming_strings is off', () => {
  const off = { ...usual, standardConformingStrings: false };
  assert.match(
    analyser("select '\\'; delete from users; --'", off).unknown.join(),
    /standard_conforming_strings/,
  );
  assert.deepEqual(analyser("select 'a'", off).unknown, []);
  assert.deepEqual(analyser("select '\\'", usual).unknown, []);
});

test('any text is analysed or unknown, and never an exception', () => {
  const pieces = fc.constantFrom(
    'select',
    ' ',
    "'",
    '"',
    '(',
    ')',
    ';',
    '--',
    '/*',
    '*/',
    '$$',
    '$1',
    'a',
    ',',
    '.',
    '\\',
    'E',
    'é',
    '\n',
    '1',
  );
  fc.assert(
    fc.property(fc.string({ unit: pieces, maxLength: 20 }), (text) => {
      const found = analyse(text);
      assert.equal(found.shape.length, found.holes.length + 1);
      assert.ok(found.unknown.length > 0 || found.statements > 0 || found.operations.length === 0);
    }),
    { numRuns: 300 },
  );
});

test('equal texts are parsed once, and a failure is not remembered', () => {
  let parsed = 0;
  const failing = createAnalyser({
    parse: () => {
      parsed += 1;
      if (parsed === 1) throw new Error('being replaced');
      return { stmts: [] };
    },
    scan: () => [],
  });
  assert.match(failing('x', usual).unknown.join(), /being replaced/);
  assert.deepEqual(failing('x', usual).unknown, []);
  assert.deepEqual(failing('x', usual).unknown, []);
  assert.equal(parsed, 2);
});
