import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { loadPolicy } from '../../src/policy/parse.ts';

const root = path.resolve(import.meta.dirname, '../..');
const files = ['examples', '.github'].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
    path.join(folder, file),
  ),
);
const policies = files.filter((file) => path.basename(file) === 'jit-approval.yml');

test('there are examples', () => {
  assert.ok(policies.length >= 2);
});

for (const file of policies) {
  test(`the example policy ${file} loads without a problem`, () => {
    const text = readFileSync(path.join(root, file), 'utf8');
    const source = { from: 'working-tree', branch: null, file, commit: null, blob: '0'.repeat(40) } as const;
    const loaded = loadPolicy([{ text, source }]);
    assert.deepEqual(loaded.ok ? [] : loaded.problems, []);
  });
}
