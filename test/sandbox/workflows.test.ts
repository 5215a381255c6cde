import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { JobRequest } from '../../src/sandbox/contract.ts';
import { refused } from './help/refused.ts';
import { type JobScript, scriptedRunner } from './help/runner.ts';
import { octokitFor, receiver, type Scene, scene } from './help/scene.ts';

const repo = { owner: 'acme', repo: 'shop' };
const workflow = `name: Integration
on: [pull_request]
jobs:
  lint: {}
  suite: { permissions: { checks: write, contents: read } }
  deploy: { needs: [suite] }
`;
const files = { '.github/workflows/ci.yml': workflow };

async function started(script: JobScript, more: Record<string, string> = {}) {
  const runner = scriptedRunner(script);
  const it = await scene({ runner, files: { ...files, ...more } });
  await it.sandbox.act.push('acme/shop', 'wanda', { branch: 'topic', files: { 'a.txt': 'a\n' } });
  const pull = await it.sandbox.act.openPull('acme/shop', 'wanda', { head: 'topic', title: 'Topic' });
  return { it, pull, runner };
}

async function only(it: Scene) {
  const { data } = await it.octokit.rest.actions.listWorkflowRunsForRepo(repo);
  const run = data.workflow_runs[0];
  assert.ok(run && data.total_count === 1);
  return run;
}

async function jobs(it: Scene, runId: number) {
  const { data } = await it.octokit.rest.actions.listJobsForWorkflowRun({ ...repo, run_id: runId });
  return data.jobs.map((each) => [each.name, each.conclusion, each.run_attempt]);
}

test('a pull request runs its workflow at the test merge, and jobs wait for what they need', async () => {
  const order: string[] = [];
  const { it, pull, runner } = await started(async (request) => {
    order.push(request.job.key);
    return 'success';
  });
  await using _ = it;
  await it.sandbox.idle();
  const run = await only(it);
  assert.equal(run.conclusion, 'success');
  assert.equal(run.head_sha, pull.head.sha);
  assert.equal(runner.ran[0]?.sha, pull.mergeSha);
  assert.equal(runner.ran[0]?.ref, 'refs/pull/1/merge');
  assert.ok(order.indexOf('suite') < order.indexOf('deploy'));
  assert.deepEqual(runner.ran.at(-1)?.needs, { suite: { result: 'success', outputs: { from: 'suite' } } });
  const checks = await it.octokit.rest.checks.listForRef({ ...repo, ref: pull.head.sha, app_id: 15368 });
  assert.deepEqual(
    checks.data.check_runs.map((each) => each.conclusion),
    ['success', 'success', 'success'],
  );
  assert.deepEqual(it.sandbox.violations, []);
});

test('re-running failed jobs runs them and what needs them, and carries the others over', async () => {
  let verdict: 'failure' | 'success' = 'failure';
  const { it, runner } = await started(async (request) =>
    request.job.key === 'suite' ? verdict : 'success',
  );
  await using _ = it;
  await it.sandbox.idle();
  const run = await only(it);
  assert.deepEqual(await jobs(it, run.id), [
    ['lint', 'success', 1],
    ['suite', 'failure', 1],
    ['deploy', 'skipped', 1],
  ]);
  verdict = 'success';
  await it.octokit.rest.actions.reRunWorkflowFailedJobs({ ...repo, run_id: run.id });
  await it.sandbox.idle();
  assert.deepEqual(await jobs(it, run.id), [
    ['lint', 'success', 2],
    ['suite', 'success', 2],
    ['deploy', 'success', 2],
  ]);
  const second = runner.ran.filter((each) => each.attempt === 2).map((each) => each.job.key);
  assert.deepEqual(second, ['suite', 'deploy']);
  const first = await it.octokit.rest.actions.getWorkflowRunAttempt({
    ...repo,
    run_id: run.id,
    attempt_number: 1,
  });
  assert.equal(first.data.conclusion, 'failure');
  assert.equal((await only(it)).conclusion, 'success');
  assert.deepEqual(it.sandbox.violations, []);
});

test('re-running one job leaves the others alone and remembers who asked', async () => {
  const { it, runner } = await started(async () => 'success');
  await using _ = it;
  await it.sandbox.idle();
  const run = await only(it);
  const { data } = await it.octokit.rest.actions.listJobsForWorkflowRun({ ...repo, run_id: run.id });
  const lint = data.jobs.find((each) => each.name === 'lint')?.id ?? 0;
  await it.octokit.rest.actions.reRunJobForWorkflowRun({ ...repo, job_id: lint });
  await it.sandbox.idle();
  assert.deepEqual(
    runner.ran.filter((each) => each.attempt === 2).map((each) => each.job.key),
    ['lint'],
  );
  assert.equal((await only(it)).triggering_actor?.login, 'jit-approval[bot]');
  assert.equal((await only(it)).actor?.login, 'wanda');
  const old = it.octokit.rest.actions.reRunJobForWorkflowRun({ ...repo, job_id: lint });
  await refused(old, 403, /current attempt/);
});

test('what runs, is too old or ran too often is not re-run, in the words of GitHub', async () => {
  const gate = Promise.withResolvers<void>();
  const { it } = await started(async () => {
    await gate.promise;
    return 'success';
  });
  await using _ = it;
  const run = await only(it);
  const again = () => it.octokit.rest.actions.reRunWorkflow({ ...repo, run_id: run.id });
  await refused(again(), 403, /This workflow is already running/);
  const { data } = await it.octokit.rest.actions.listJobsForWorkflowRun({ ...repo, run_id: run.id });
  const job = it.octokit.rest.actions.reRunJobForWorkflowRun({ ...repo, job_id: data.jobs[0]?.id ?? 0 });
  await refused(job, 403, /The workflow run containing this job is already running/);
  gate.resolve();
  await it.sandbox.idle();
  const nothing = it.octokit.rest.actions.reRunWorkflowFailedJobs({ ...repo, run_id: run.id });
  await refused(nothing, 403, /cannot be retried/);
  for (let n = 0; n < 50; n += 1) {
    it.sandbox.act.rerun('wanda', run.id);
    await it.sandbox.idle();
  }
  await refused(again(), 403, /cannot be retried/);
  it.sandbox.advance(31 * 24 * 60 * 60 * 1000);
  const octokit = octokitFor(it.sandbox, it.sandbox.create.token('wanda'));
  await refused(
    octokit.rest.actions.reRunWorkflow({ ...repo, run_id: run.id }),
    403,
    /created over a month ago/,
  );
});

test('a cancelled run ends cancelled, and cannot be cancelled twice', async () => {
  const { it } = await started(
    (_request, { signal }) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve('cancelled'), { once: true })),
  );
  await using _ = it;
  const run = await only(it);
  await it.octokit.rest.actions.cancelWorkflowRun({ ...repo, run_id: run.id });
  await it.sandbox.idle();
  assert.equal((await only(it)).conclusion, 'cancelled');
  const twice = it.octokit.rest.actions.cancelWorkflowRun({ ...repo, run_id: run.id });
  await refused(twice, 409, /Cannot cancel a workflow run that is completed/);
});

test("a job's token has the permissions of its job and ends with it", async () => {
  const tokens = new Map<string, string>();
  let inside: unknown = null;
  const { it } = await started(async (request: JobRequest) => {
    tokens.set(request.job.key, request.token);
    if (request.job.key !== 'suite') return 'success';
    const response = await fetch(
      `${request.apiUrl}/repos/${request.repository}/commits/${request.sha}/check-runs`,
      {
        headers: { authorization: `Bearer ${request.token}` },
      },
    );
    inside = response.status;
    await response.body?.cancel();
    return 'success';
  });
  await using _ = it;
  await it.sandbox.idle();
  assert.equal(inside, 200);
  const late = octokitFor(it.sandbox, tokens.get('suite') ?? '');
  await refused(late.rest.repos.get(repo), 401, /Bad credentials/);
});

test('a pull request from a fork gets no secrets and a token that only reads, also when re-run', async () => {
  const seen: { secrets: unknown; status: number }[] = [];
  const runner = scriptedRunner(async (request) => {
    const response = await fetch(`${request.apiUrl}/repos/${request.repository}/check-runs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${request.token}` },
      body: JSON.stringify({ name: 'x', head_sha: request.event.pull_request ? request.sha : '' }),
    });
    await response.body?.cancel();
    seen.push({ secrets: request.secrets, status: response.status });
    return 'success';
  });
  const workflowOfOne = 'name: CI\non: [pull_request]\njobs:\n  suite: { permissions: { checks: write } }\n';
  await using it = await scene({ runner });
  const { create, act } = it.sandbox;
  const secrets = { PASSWORD: 'geheim' };
  await create.repository('acme/open', {
    private: false,
    secrets,
    files: { '.github/workflows/ci.yml': workflowOfOne },
    collaborators: { wanda: 'write' },
  });
  await create.fork('acme/open', 'mallory');
  await act.push('mallory/open', 'mallory', { branch: 'topic', files: { a: 'a' } });
  await act.openPull('acme/open', 'mallory', { head: 'mallory:topic', title: 'From a fork' });
  await act.push('acme/open', 'wanda', { branch: 'own', files: { a: 'a' } });
  await it.sandbox.idle();
  await act.openPull('acme/open', 'wanda', { head: 'own', title: 'Own' });
  await it.sandbox.idle();
  const run = it.sandbox.read.runs('acme/open')[0];
  act.rerun('olga', run?.id ?? 0);
  await it.sandbox.idle();
  assert.deepEqual(seen, [
    { secrets: {}, status: 403 },
    { secrets, status: 201 },
    { secrets: {}, status: 403 },
  ]);
});

test('artifacts, log, annotations and summary of a job can be read', async () => {
  const { it } = await started(async (request, { observer, artifacts, checkout }) => {
    if (request.job.key !== 'suite') return 'success';
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-test-'));
    await checkout(request.sha, folder);
    observer.log(await readFile(join(folder, 'a.txt'), 'utf8'));
    await rm(folder, { recursive: true });
    observer.annotation({
      level: 'warning',
      message: 'm',
      title: 't',
      path: 'a.txt',
      startLine: 1,
      endLine: 1,
    });
    observer.summary('# Summary');
    artifacts.upload(request.runId, 'report', new Uint8Array([80, 75]), 5);
    assert.throws(() => artifacts.upload(request.runId, 'report', new Uint8Array(), 5), /exists already/);
    return 'failure';
  });
  await using _ = it;
  await it.sandbox.idle();
  const run = await only(it);
  const { data } = await it.octokit.rest.actions.listWorkflowRunArtifacts({ ...repo, run_id: run.id });
  assert.deepEqual(
    data.artifacts.map((each) => [each.name, each.size_in_bytes]),
    [['report', 2]],
  );
  const artifact_id = data.artifacts[0]?.id ?? 0;
  const zip = await it.octokit.rest.actions.downloadArtifact({ ...repo, artifact_id, archive_format: 'zip' });
  assert.deepEqual(
    Buffer.from(zip.data instanceof ArrayBuffer ? new Uint8Array(zip.data) : []),
    Buffer.from([80, 75]),
  );
  const all = await it.octokit.rest.actions.listJobsForWorkflowRun({ ...repo, run_id: run.id });
  const job = all.data.jobs.find((each) => each.name === 'suite');
  const log = await it.octokit.rest.actions.downloadJobLogsForWorkflowRun({ ...repo, job_id: job?.id ?? 0 });
  assert.match(String(log.data), /a\n/);
  const notes = await it.octokit.rest.checks.listAnnotations({ ...repo, check_run_id: job?.id ?? 0 });
  assert.equal(notes.data[0]?.message, 'm');
  const own = it.octokit.rest.checks.update({ ...repo, check_run_id: job?.id ?? 0, conclusion: 'success' });
  await refused(own, 403, /can only be modified by the GitHub App that created it/);
  it.sandbox.advance(6 * 24 * 60 * 60 * 1000);
  const late = octokitFor(it.sandbox, it.sandbox.create.token('alice')).rest.actions.downloadArtifact({
    ...repo,
    artifact_id,
    archive_format: 'zip',
  });
  await refused(late, 410, /expired/);
});

test('every transition of a run is told once per attempt', async () => {
  await using hook = await receiver();
  const runner = scriptedRunner(async () => 'success');
  await using it = await scene({ runner, files });
  it.sandbox.create.webhook(it.appId, { url: hook.url, secret: 'x' });
  await it.sandbox.act.push('acme/shop', 'wanda', { branch: 'topic', files: { a: 'a' } });
  await it.sandbox.act.openPull('acme/shop', 'wanda', { head: 'topic', title: 'Topic' });
  await it.sandbox.idle();
  const told = hook.received.filter((each) => each.headers['x-github-event'] === 'workflow_run');
  assert.deepEqual(told.map((each) => JSON.parse(each.body).action).sort(), [
    'completed',
    'in_progress',
    'requested',
  ]);
  const queued = hook.received.filter((each) => each.headers['x-github-event'] === 'workflow_job');
  assert.equal(queued.length, 9);
  assert.deepEqual(it.sandbox.violations, []);
});

test('a workflow that cannot be planned is a failed run that says why', async () => {
  const runner = scriptedRunner(async () => 'success');
  await using it = await scene({ runner, files: { '.github/workflows/bad.yml': 'on: [pull_request\n' } });
  await it.sandbox.act.push('acme/shop', 'wanda', { branch: 'topic', files: { a: 'a' } });
  await it.sandbox.idle();
  await it.sandbox.act.openPull('acme/shop', 'wanda', { head: 'topic', title: 'Topic' });
  await it.sandbox.idle();
  const run = it.sandbox.read.runs('acme/shop').at(-1);
  assert.equal(run?.attempts[0]?.conclusion, 'startup_failure');
  assert.ok((run?.problem ?? '').length > 0);
});
