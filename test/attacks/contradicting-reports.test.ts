import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gatePolicyOf } from '../../src/app/read-policy.ts';
import { newReports, type ReportSource } from '../../src/app/reports.ts';
import type { Artifact, WorkflowRun } from '../../src/github/port.ts';
import { later } from '../app/help/live-job.ts';
import { flaggedOf } from '../app/help/report.ts';
import { granted, idOf, policyFor, policyPath, repository, stage, zipOf } from '../app/help/stage.ts';

/** S10: whoever owns the run uploads what he likes, as often as he likes, under any name. */
suite('artifacts that do not agree', () => {
  test('a second report of the same execution is shown as such, and its fair words turn nothing green', async () => {
    const goOn = later();
    await using scene = await stage({
      suite:
        ({ del }) =>
        () => [flaggedOf(del('7'))],
      report(report, job) {
        // as a later step of the job would: the same name again, and nothing held any more
        const fair = { ...report, flagged: [], result: 'passed' as const, exitCode: 0 };
        const store = scene.sandbox.world.artifacts;
        const id = scene.sandbox.world.nextId();
        goOn.promise.then(() => {
          const first = [...store.values()].find((one) => one.run.id === job.runId);
          if (first !== undefined) store.set(id, { ...first, id, zip: zipOf(fair) });
        });
        return report;
      },
    });
    const pull = await scene.open();
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
    goOn.resolve();
    await goOn.promise;
    await scene.app.sweep();
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    assert.match(scene.gate(pull)?.summary ?? '', /left two different reports in attempt 1/);
  });

  test('a report that says by itself that it was approved turns nothing green', async () => {
    await using scene = await stage({
      suite:
        ({ del }) =>
        () => [granted(del('7'))],
    });
    const pull = await scene.open();
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    assert.match(scene.gate(pull)?.summary ?? '', new RegExp(`${idOf(scene.del('7'))}.*never issued`));
    assert.equal(scene.sandbox.read.runs(repository)[0]?.attempts.length, 1);
  });

  test('one under the name of an attempt to come, or of another job, is not valid', async () => {
    for (const change of [{ attempt: 2 }, { job: 'other-0-1' }]) {
      await using scene = await stage({
        report: (report) => zipOf({ ...report, run: { ...report.run, ...change } }),
        suite:
          ({ del }) =>
          () => [flaggedOf(del('7'))],
      });
      const pull = await scene.open();
      assert.equal(scene.gate(pull)?.conclusion, 'failure');
      assert.match(scene.gate(pull)?.summary ?? '', /is not valid: it says (attempt 2|job "other)/);
      assert.equal(scene.check(pull, `JIT approval / ${idOf(scene.del('7'))}`), undefined);
    }
  });
});

test('of an artifact that is too large, or one of thousands, not a byte is fetched', async () => {
  const fetched: number[] = [];
  const artifact = (id: number, name: string, sizeInBytes = 100): Artifact => ({
    id,
    name,
    sizeInBytes,
    expired: false,
  });
  const all = [
    artifact(1, 'jit-large-0-1-1', 11 * 1024 * 1024),
    artifact(2, 'coverage'),
    ...Array.from({ length: 2000 }, (_, index) => artifact(10 + index, `jit-j${index}-0-1-1`)),
  ];
  const run: WorkflowRun = {
    id: 100,
    attempt: 1,
    event: 'pull_request',
    status: 'completed',
    conclusion: 'failure',
    headSha: '1'.repeat(40),
    headBranch: 'feature',
    headRepository: 'mallory/shop',
    headRepositoryId: 2,
    repositoryId: 1,
    path: '.github/workflows/integration.yml',
  };
  const source: ReportSource = {
    key: { repository: 'acme/shop', number: 7 },
    github: {
      artifacts: async () => all.toReversed(),
      downloadArtifact: async (_repository, id) => {
        fetched.push(id);
        return new Uint8Array();
      },
      executions: async () => [],
      pullRequestsOf: async () => [],
      openPullRequests: async () => [],
    },
    pull: {
      number: 7,
      state: 'open',
      draft: false,
      author: 'mallory',
      authorId: 5,
      title: '',
      mergedAs: null,
      head: { sha: run.headSha, ref: 'feature', repository: 'mallory/shop', repositoryId: 2 },
      base: { ref: 'main', repository: 'acme/shop', repositoryId: 1 },
    },
    policy: gatePolicyOf([
      {
        text: policyFor(1),
        source: { from: 'base', branch: 'main', file: policyPath, commit: null, blob: 'b'.repeat(40) },
      },
    ]),
    facts: [],
    at: '2026-01-01T00:00:00Z',
    host: 'github.com',
  };
  const facts = await newReports(source, run);
  assert.equal(fetched.length, 499);
  assert.ok(!fetched.includes(1) && !fetched.includes(2));
  const reasons = facts.map((fact) => (fact.type === 'report' ? fact.invalid : null));
  assert.match(reasons[0] ?? '', /11534336 bytes; at most 10485760 are read/);
  assert.equal(reasons.length, 501);
  assert.match(reasons.at(-1) ?? '', /left more than 500 reports/);
});
