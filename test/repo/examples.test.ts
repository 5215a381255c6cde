import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { loadPolicy } from '../../src/policy/parse.ts';
import { validateWorkflow } from '../../src/sandbox/runner/validate.ts';

const root = path.resolve(import.meta.dirname, '../..');
const files = ['examples', '.github'].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
    path.join(folder, file),
  ),
);
const policies = files.filter((file) => path.basename(file) === 'jit-approval.yml');
const workflows = files.filter((file) => /workflows[/\\][^/\\]+\.yml$/.test(file));

test('there are examples', () => {
  assert.ok(policies.length >= 2);
  assert.ok(workflows.length >= 2);
});

for (const file of policies) {
  test(`the example policy ${file} loads without a problem`, () => {
    const text = readFileSync(path.join(root, file), 'utf8');
    const source = { from: 'working-tree', branch: null, file, commit: null, blob: '0'.repeat(40) } as const;
    const loaded = loadPolicy([{ text, source }]);
    assert.deepEqual(loaded.ok ? [] : loaded.problems, []);
  });
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

for (const file of workflows) {
  test(`the workflow ${file} is one by GitHub's own schema`, () => {
    assert.deepEqual(validateWorkflow(readFileSync(path.join(root, file), 'utf8'), file), []);
  });

  test(`the workflow ${file} pins every action by commit, asks for permissions, keeps no token and puts no expression in a shell`, () => {
    const workflow = parse(readFileSync(path.join(root, file), 'utf8'));
    assert.ok(workflow.permissions, 'permissions: is missing');
    for (const job of Object.values<{ steps: Step[] }>(workflow.jobs)) {
      for (const { uses, run, with: given } of job.steps) {
        assert.ok(!run?.includes('${{'), 'an expression in shell text can be told what to run');
        if (uses?.startsWith('actions/checkout@')) assert.equal(given?.['persist-credentials'], false);
        if (uses === undefined || uses === './' || uses.startsWith('jit-approval/jit-approval@')) continue;
        assert.match(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      }
    }
  });
}
