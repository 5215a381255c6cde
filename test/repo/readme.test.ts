import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { loadPolicy } from '../../src/policy/parse.ts';

const readme = readFileSync(path.resolve(import.meta.dirname, '../../README.md'), 'utf8');
const blocks = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
const policies = blocks.filter((block) => /^version: 1$/m.test(block));

test('the README shows policies', () => assert.equal(policies.length, 2));

for (const [index, text] of policies.entries()) {
  test(`policy ${index + 1} of the README loads without a problem`, () => {
    const source = {
      from: 'working-tree',
      branch: null,
      file: 'README.md',
      commit: null,
      blob: '0'.repeat(40),
    } as const;
    const loaded = loadPolicy([{ text, source }]);
    assert.deepEqual(loaded.ok ? [] : loaded.problems, []);
  });
}
