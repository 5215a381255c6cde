import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { finished, openPull, reportOf } from '../../src/sandbox/demo/scenes.ts';
import { openStage } from '../../src/sandbox/demo/stage.ts';

const policyFile = '.github/jit-approval.yml';
const own = readFileSync(path.resolve(import.meta.dirname, '../../examples/shop', policyFile), 'utf8');

test('a pull request that takes the rules out of the policy is judged by the base branch all the same', async () => {
  await using stage = await openStage();
  const { sandbox } = stage;
  await openPull(sandbox, { [policyFile]: own.slice(0, own.indexOf('\nrules:')) });
  const report = reportOf(sandbox, await finished(sandbox, 1), 1);
  assert.equal(report.result, 'held');
  assert.deepEqual(
    report.policy.map((source) => [source.from, source.branch]),
    [['base', 'main']],
  );
  assert.deepEqual(report.flagged.map((entry) => entry.form.rules[0]?.id).sort(), [
    'delete-on-staging',
    'large-charges',
  ]);
});

test('an invalid policy on the base branch stops the run with 78 before any step, and names line and column', async () => {
  await using stage = await openStage({
    files: { [policyFile]: own.replace('default: allow', 'defualt: allow') },
  });
  const { sandbox } = stage;
  await openPull(sandbox);
  const run = await finished(sandbox, 1);
  const job = run.attempts[0]?.jobs[0];
  assert.equal(job?.conclusion, 'failure');
  const annotation = job?.annotations.find((entry) => entry.message.includes('defualt'));
  assert.match(
    annotation?.message ?? '',
    /jit-approval\.yml:4:1 {2}unknown key "defualt"; did you mean "default"\?/,
  );
  assert.equal(annotation?.path, policyFile);
  assert.ok(!job?.log.some((line) => line.includes('migrate')), 'no step was started');
});
