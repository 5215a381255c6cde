import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Report } from '../../src/report/schema.ts';
import type { JobRequest } from '../../src/sandbox/contract.ts';
import { flaggedOf } from '../app/help/report.ts';
import { granted, idOf, repository, stage } from '../app/help/stage.ts';

// S10: any workflow can upload an artifact under the name of our reports, without our action ever having run

const other = `name: other
on: pull_request
jobs:
  test:
    runs-on: ubuntu-latest
`;
const files = { '.github/workflows/other.yml': other };
const isOther = (job: JobRequest) => job.workflowPath.endsWith('/other.yml');
const nothingHeld = (report: Report): Report => ({ ...report, flagged: [], result: 'passed', exitCode: 0 });

suite('a report that our action did not make', () => {
  test('in a workflow that the policy does not name is shown as such, and stands for no other report', async () => {
    await using scene = await stage({
      files,
      report: (report, job) => (isOther(job) ? nothingHeld(report) : report),
    });
    const pull = await scene.open();
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
    assert.match(
      scene.gate(pull)?.summary ?? '',
      /reported from other\.yml, which is not among the workflows of the policy/,
    );
    assert.deepEqual(scene.sandbox.violations, []);
  });

  test('does not make up for the report that the named workflow did not leave', async () => {
    await using scene = await stage({
      files,
      report: (report, job) => (isOther(job) ? nothingHeld(report) : null),
    });
    const pull = await scene.open();
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    assert.match(scene.gate(pull)?.summary ?? '', /integration\.yml completed and left no report/);
  });

  test('releases nothing by saying that something ran with an approval', async () => {
    await using scene = await stage({
      files,
      suite:
        ({ del }) =>
        (job) => [isOther(job) ? granted(del('7')) : flaggedOf(del('7'))],
    });
    const pull = await scene.open();
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    assert.match(scene.gate(pull)?.summary ?? '', new RegExp(idOf(scene.del('7'))));
    const facts = await scene.ledger.facts({ repository, number: pull.number });
    assert.ok(!facts.some(({ type }) => type === 'vote'));
    assert.match(scene.gate(pull)?.text ?? '', /"grants":\[\]/);
  });

  test('is not believed where it names a job that GitHub does not list in that attempt', async () => {
    await using scene = await stage({
      report: (report, job) => ({
        ...nothingHeld(report),
        run: { ...report.run, checkRunId: job.attempt === 1 ? 9 : job.jobId },
      }),
    });
    const { act, read } = scene.sandbox;
    const pull = await scene.open();
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    assert.match(scene.gate(pull)?.summary ?? '', /job 9 made it, which GitHub does not list in attempt 1/);
    // whoever runs it again with the action itself mends it
    act.rerun('wanda', read.runs(repository)[0]?.id ?? 0);
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'success');
    assert.deepEqual(scene.sandbox.violations, []);
  });
});
