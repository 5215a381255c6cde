import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { repository, type StageOptions, stage } from './help/stage.ts';

/** Nothing is flagged; only attempts in `leaves` leave a report. */
const quiet = (leaves: readonly number[]): StageOptions => ({
  suite: () => () => [],
  report: (report, { attempt, jobId }) =>
    leaves.includes(attempt) ? { ...report, run: { ...report.run, checkRunId: jobId } } : null,
});

suite('a job that a person ran again', () => {
  for (const [what, leaves, expected] of [
    ['leaves no report: the gate is green no more, until one comes', [1, 3], 'failure'],
    ['reports anew: the gate stays green', [1, 2, 3], 'success'],
  ] as const) {
    test(what, async () => {
      await using scene = await stage(quiet(leaves));
      const pull = await scene.open();
      assert.equal(scene.gate(pull)?.conclusion, 'success');
      const [run] = scene.sandbox.read.runs(repository);
      const again = async () => {
        // GitHub counts in seconds
        scene.sandbox.advance(60_000);
        scene.sandbox.act.rerun('wanda', run?.id ?? 0);
        await scene.settle();
      };
      await again();
      assert.equal(scene.gate(pull)?.conclusion, expected);
      const summary = scene.gate(pull)?.summary ?? '';
      assert.equal(/left no report in attempt 2/.test(summary), expected === 'failure');
      await again();
      assert.equal(scene.gate(pull)?.conclusion, 'success');
      assert.deepEqual(scene.sandbox.violations, []);
    });
  }
});
