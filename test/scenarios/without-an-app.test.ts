import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { finished, openPull, reportOf } from '../../src/sandbox/demo/scenes.ts';
import { openStage, repository } from '../../src/sandbox/demo/stage.ts';

const example = (file: string) =>
  readFileSync(path.resolve(import.meta.dirname, '../../examples/shop', file), 'utf8');
const policyFile = '.github/jit-approval.yml';
const workflowFile = '.github/workflows/integration.yml';
const policy = example(policyFile).replace(/^app: .*\n/m, '');
const actionsApp = 15_368;

for (const [permission, made] of [
  ['write', true],
  ['read', false],
] as const) {
  test(`with checks: ${permission} and no App the job ${made ? 'makes its own check run' : 'goes on without a check run'}`, async () => {
    const workflow = example(workflowFile).replace('checks: read', `checks: ${permission}`);
    await using stage = await openStage({ files: { [policyFile]: policy, [workflowFile]: workflow } });
    const { sandbox } = stage;
    const pull = await openPull(sandbox);
    const run = await finished(sandbox, 1);
    const report = reportOf(sandbox, run, 1);
    assert.equal(report.result, 'held');
    assert.ok(
      report.notices.some((notice) => notice.includes("the job's token needs `pull-requests: read`")),
    );
    const check = sandbox.read
      .checks(repository, pull.head.sha)
      .find((one) => one.name === 'JIT approval report');
    assert.equal(check !== undefined, made);
    if (check !== undefined) {
      assert.equal(check.suite.app.id, actionsApp);
      assert.equal(check.conclusion, 'action_required');
      assert.equal(check.annotations.length, 2);
      assert.match(check.summary ?? '', /DELETE FROM carts|delete from carts/);
    }
    const job = run.attempts[0]?.jobs[0];
    assert.equal(job?.conclusion, 'failure');
    assert.equal(
      job?.log.some((line) => line.includes('No check run was made')),
      !made,
    );
    assert.deepEqual(sandbox.violations, []);
  });
}
