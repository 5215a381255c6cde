import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gatePolicyOf } from '../../src/app/read-policy.ts';
import { newReports, type ReportSource } from '../../src/app/reports.ts';
import type { Artifact, WorkflowRun } from '../../src/github/port.ts';
import { later } from '../app/help/live-job.ts';
import { flaggedOf } from '../app/help/report.ts';
import { granted, idOf, policyFor, policyPath, repository, stage, zipOf } from '../app/help/stage.ts';
import { pullRequest } from '../github/pull-request.ts';
import { report } from '../report/sample.ts';

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

const artifact = (id: number, name: string, sizeInBytes = 100): Artifact => ({
  id,
  name,
  sizeInBytes,
  createdAt: '2026-01-01T00:00:00Z',
  expired: false,
});

const runOf = (status: string): WorkflowRun => ({
  id: 100,
  attempt: 1,
  event: 'pull_request',
  status,
  conclusion: 'failure',
  headSha: '1'.repeat(40),
  headBranch: 'feature',
  headRepository: 'mallory/shop',
  headRepositoryId: 2,
  repositoryId: 1,
  path: '.github/workflows/integration.yml',
});

/** Each of these artifacts holds `zip`; `fetched` is told of each that is downloaded. */
function sourceOf(
  all: readonly Artifact[],
  fetched: number[],
  zip = new Uint8Array(),
  at = '2026-01-01T00:00:00Z',
): ReportSource {
  const { headSha: sha } = runOf('completed');
  return {
    key: { repository: 'acme/shop', number: 7 },
    github: {
      artifacts: async () => all.toReversed(),
      downloadArtifact: async (_repository, id) => {
        fetched.push(id);
        return zip;
      },
      executions: async () => [],
      pullRequestsOf: async () => [],
      openPullRequests: async () => [],
    },
    pull: pullRequest({ head: { sha, ref: 'feature', repository: 'mallory/shop', repositoryId: 2 } }),
    policy: gatePolicyOf([
      {
        text: policyFor(1),
        source: { from: 'base', branch: 'main', file: policyPath, commit: null, blob: 'b'.repeat(40) },
      },
    ]),
    facts: [],
    at,
    host: 'github.com',
  };
}

test('of an artifact that is too large, or one of thousands, not a byte is fetched', async () => {
  const fetched: number[] = [];
  const all = [
    artifact(1, 'jit-large-0-1-1', 11 * 1024 * 1024),
    artifact(2, 'coverage'),
    ...Array.from({ length: 2000 }, (_, index) => artifact(10 + index, `jit-j${index}-0-1-1`)),
  ];
  const facts = await newReports(sourceOf(all, fetched), runOf('completed'));
  assert.equal(fetched.length, 499);
  assert.ok(!fetched.includes(1) && !fetched.includes(2));
  const reasons = facts.map((fact) => (fact.type === 'report' ? fact.invalid : null));
  assert.match(reasons[0] ?? '', /11534336 bytes; at most 10485760 are read/);
  assert.equal(reasons.length, 501);
  assert.match(reasons.at(-1) ?? '', /left more than 500 reports/);
});

test('a report that names a job which GitHub never lists is not fetched again and again while its run goes on', async () => {
  const fetched: number[] = [];
  const zip = Uint8Array.from(zipOf(report({ run: { ...report().run, checkRunId: 9 } })));
  const at = async (time: string) => {
    const source = sourceOf([artifact(1, 'jit-integration-0-1-1')], fetched, zip, time);
    return newReports(source, runOf('in_progress'));
  };
  assert.deepEqual(await at('2026-01-01T00:01:00Z'), []);
  const [fact] = await at('2026-01-01T00:06:00Z');
  assert.match((fact?.type === 'report' && fact.invalid) || '', /job 9 made it, which GitHub does not list/);
});

test('reports for another pull request with the same head are fetched once, however often this one is looked at', async () => {
  const fetched: number[] = [];
  const zip = Uint8Array.from(zipOf(report({ run: { ...report().run, pullRequest: 8 } })));
  const all = [artifact(1, 'jit-a-0-1-1'), artifact(2, 'jit-b-0-1-1')];
  const source = sourceOf(all, fetched, zip);
  let asked = 0;
  const pullRequestsOf = async () => {
    asked += 1;
    return [{ ...source.pull, number: 8 }];
  };
  const shared = { ...source, github: { ...source.github, pullRequestsOf } };
  for (let look = 0; look < 3; look++) assert.deepEqual(await newReports(shared, runOf('completed')), []);
  assert.deepEqual(fetched, [1, 2]);
  assert.equal(asked, 3);
  // once the other one is closed, its reports are this one's to refuse
  assert.equal((await newReports(source, runOf('completed'))).length, 2);
});
