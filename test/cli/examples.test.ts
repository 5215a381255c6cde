import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { parseCases } from '../../src/policy/cases.ts';
import { loadPolicy } from '../../src/policy/parse.ts';
import { jit } from './help.ts';

const root = path.resolve(import.meta.dirname, '../..');
const examples = 'examples/policies';
const policies = [
  ...readdirSync(path.join(root, examples))
    .filter((file) => /(?<!\.test)\.yml$/.test(file))
    .map((file) => path.join(examples, file)),
  'examples/shop/.github/jit-approval.yml',
];

function rulesOf(file: string): string[] {
  const source = { from: 'working-tree', branch: null, file, commit: null, blob: '0'.repeat(40) } as const;
  const loaded = loadPolicy([{ text: readFileSync(path.join(root, file), 'utf8'), source }]);
  assert.ok(loaded.ok);
  return loaded.policy.layers.flatMap((layer) => layer.rules.map(({ ref }) => ref.id));
}

function casesOf(file: string) {
  const cases = parseCases(file, readFileSync(path.join(root, file), 'utf8'));
  assert.ok(cases.ok);
  return cases.value.tests;
}

describe('every example policy', () => {
  test('has a file of cases, and no case is without its policy', () => {
    assert.ok(policies.length > 10);
    for (const file of policies)
      assert.ok(existsSync(path.join(root, file.replace(/yml$/, 'test.yml'))), file);
    for (const file of readdirSync(path.join(root, examples)))
      assert.ok(existsSync(path.join(root, examples, file.replace('.test.yml', '.yml'))), file);
  });

  for (const policy of policies) {
    const companion = policy.replace(/yml$/, 'test.yml');
    test(`${policy} decides its cases as they say`, async () => {
      const { code, out, err } = await jit(['test', companion], { cwd: root });
      assert.equal(code, 0, out + err);
      assert.match(out, new RegExp(`^1\\.\\.${casesOf(companion).length}$`, 'm'));
    });

    test(`${companion} shows what passes, what does not, and every rule once`, () => {
      const cases = casesOf(companion);
      const verdicts = new Set(cases.map(({ expect }) => expect.verdict));
      assert.ok(verdicts.has('allow') && verdicts.size > 1);
      const shown = new Set(cases.flatMap(({ expect: { rule, rules } }) => [rule, ...(rules ?? [])]));
      assert.deepEqual(
        rulesOf(policy).filter((id) => !shown.has(id)),
        [],
      );
    });
  }
});
