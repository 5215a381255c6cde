import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { formatProblem, loadPolicy } from '../../src/policy/parse.ts';
import { text } from './actions.ts';

/** Each file under fixtures/policies/invalid/ begins with the lines that it must be answered with, as comments `# => `. */
const folder = path.join(import.meta.dirname, '../fixtures/policies/invalid');

for (const file of readdirSync(folder)) {
  test(`the invalid policy ${file} is answered with line, column, what was met and what is allowed`, () => {
    const yaml = readFileSync(path.join(folder, file), 'utf8');
    const expected = [...yaml.matchAll(/^# => (.*)$/gm)].map((found) => found[1]);
    assert.ok(expected.length > 0);
    const loaded = loadPolicy([text(yaml)]);
    assert.deepEqual(loaded.ok ? [] : loaded.problems.map(formatProblem), expected);
  });
}

test('files that no policy is like are problems, never exceptions', () => {
  for (const yaml of [
    '',
    'null',
    '- a',
    '"text"',
    '['.repeat(20_000),
    '{'.repeat(5000),
    `a: ${'x'.repeat(1_100_000)}`,
    '--- 1\n--- 2',
    '\tversion: 1',
    '!!binary aaa',
    'version: 1\ndefault: allow\n__proto__: 1',
    '? [a]\n: b',
    'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]',
  ]) {
    const loaded = loadPolicy([text(yaml)]);
    assert.ok(!loaded.ok && loaded.problems.length > 0, yaml.slice(0, 40));
  }
});

test('one bad text of two is enough to refuse both', () => {
  const good = text('version: 1\ndefault: allow\n');
  const bad = { ...text('version: 2\ndefault: allow\n', 'default') };
  assert.ok(!loadPolicy([good, bad]).ok);
  assert.ok(!loadPolicy([bad, good]).ok);
  assert.throws(() => loadPolicy([]), { code: 'NO_POLICY' });
});
