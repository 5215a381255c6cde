import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { unzipSync, zipSync } from 'fflate';
import type { JobRequest, Runner } from '../../src/sandbox/contract.ts';
import { createRunner } from '../../src/sandbox/runner/index.ts';
import { defaultGrace } from '../../src/sandbox/runner/options.ts';
import type { JobScript } from './help/runner.ts';
import { octokitFor, type Scene, scene } from './help/scene.ts';
import { run } from './runner/harness.ts';

/**
 * The facts about GitHub Actions that the action and the App lean on, one test each, so that one place tells what the
 * sandbox claims of GitHub. Sources: GitHub's documentation, its OpenAPI description, and the source of its runner 2.336.
 */
const checkout = '- uses: actions/checkout@v7\n';
const composite = (steps: string): string =>
  `name: x\ndescription: y\ninputs: { given: { description: z } }\nruns:\n  using: composite\n  steps:\n${steps.replace(/^/gm, '    ')}\n`;

suite('facts of a job', { concurrency: 2 }, () => {
  test('a script without `shell` runs by bash -e without pipefail, in the workspace; `shell: bash` adds pipefail', async (t) => {
    const seen = await run(
      t,
      '- { id: plain, run: "false | true; pwd" }\n- { id: named, run: "false | true; echo never", shell: bash }',
    );
    assert.match(seen.log, /^\/.*\/work\/shop\/shop$/m);
    assert.ok(seen.lines.includes('shell: bash -e {0}'));
    assert.ok(seen.lines.includes('shell: bash --noprofile --norc -e -o pipefail {0}'));
    assert.ok(!seen.lines.includes('never'));
    assert.equal(seen.result.conclusion, 'failure');
  });

  test('a step that may fail has the outcome failure and the conclusion success, and the job goes on', async (t) => {
    const seen = await run(
      t,
      `- { id: may, run: exit 3, continue-on-error: true }
- run: echo "\${{ steps.may.outcome }} \${{ steps.may.conclusion }} \${{ job.status }}"
- { run: echo never, if: failure() }`,
    );
    assert.ok(seen.lines.includes('failure success success'));
    assert.equal(seen.result.conclusion, 'success');
    assert.ok(!seen.lines.includes('never'));
  });

  test('a run step, of the job or of a composite action, has neither INPUT_* nor the runtime token nor GITHUB_TOKEN', async (t) => {
    const names =
      'env | grep -E "^(INPUT_|ACTIONS_RUNTIME|ACTIONS_RESULTS|ACTIONS_CACHE|GITHUB_TOKEN)" || echo none';
    const files = { 'a/action.yml': composite(`- { shell: bash, run: '${names}' }`) };
    const seen = await run(t, `${checkout}- { uses: ./a, with: { given: v } }\n- run: ${names}`, { files });
    assert.equal(seen.lines.filter((line) => line === 'none').length, 2);
    assert.doesNotMatch(seen.log, /^(INPUT_|ACTIONS_|GITHUB_TOKEN)/m);
  });

  test("GITHUB_ENV sets any variable for the following steps but NODE_OPTIONS, and hides none of the runner's own", async (t) => {
    const seen = await run(
      t,
      `- run: printf 'NODE_OPTIONS=--x\\nGITHUB_SHA=evil\\nLD_PRELOAD_LIKE=1\\n' >> "$GITHUB_ENV"
- run: echo "[$NODE_OPTIONS] $GITHUB_SHA [$LD_PRELOAD_LIKE]"`,
    );
    assert.ok(seen.lines.includes(`[] ${'a'.repeat(40)} [1]`));
    assert.deepEqual(
      seen.annotations.map(({ message }) => message),
      ["Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command."],
    );
  });

  test('an annotation needs no token; ten of a kind are kept for a whole composite action, and messages are cut at 4096', async (t) => {
    const many = 'for i in 1 2 3 4 5 6 7; do echo "::error::$(printf %5000d $i)"; done';
    const files = {
      'a/action.yml': composite(`- { shell: bash, run: '${many}' }\n- { shell: bash, run: '${many}' }`),
    };
    const seen = await run(t, `${checkout}- uses: ./a\n- run: echo "::error::of another step"`, { files });
    assert.equal(seen.annotations.length, 11);
    assert.equal(seen.annotations[0]?.message.length, 4096);
  });

  test('each embedded step has a summary of its own, of one MiB', async (t) => {
    const write = 'head -c 900000 /dev/zero | tr "\\0" x >> "$GITHUB_STEP_SUMMARY"';
    const files = {
      'a/action.yml': composite(`- { shell: bash, run: '${write}' }\n- { shell: bash, run: '${write}' }`),
    };
    const seen = await run(t, `${checkout}- uses: ./a`, { files });
    assert.deepEqual(
      seen.summaries.map((each) => each.length),
      [900_000, 900_000],
    );
  });

  test('a cancelled step is interrupted, after 7.5 seconds terminated, and 2.5 seconds later killed', () => {
    assert.deepEqual(defaultGrace, { interrupt: 7500, terminate: 2500 });
  });
});

const head = 'name: CI\non: pull_request\n';

/** GitHub with the real planner and with jobs that do what `script` says. */
async function started(workflow: string, script: JobScript) {
  const ran: JobRequest[] = [];
  const real = createRunner();
  const runner: Runner = {
    ...real,
    async run(request, observer, artifacts, checkoutAt, signal) {
      ran.push(request);
      const conclusion = await script(request, { observer, artifacts, checkout: checkoutAt, signal });
      return { conclusion, outputs: { from: request.job.name } };
    },
  };
  const it = await scene({ runner, files: { '.github/workflows/ci.yml': workflow } });
  return { it, ran, act: it.sandbox.act };
}

async function pullIn({ sandbox: { act } }: Scene, branch = 'topic', by = 'wanda') {
  await act.push('acme/shop', by, { branch, files: { [branch]: 'new\n' } });
  return act.openPull('acme/shop', by, { head: branch, title: branch });
}

const conclusions = (it: Scene) =>
  it.sandbox.read
    .runs('acme/shop')
    .map(({ attempts }) => attempts.map((one) => [one.conclusion, ...one.jobs.map((job) => job.conclusion)]));

const aborted = (signal: AbortSignal): Promise<'cancelled'> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve('cancelled');
    signal.addEventListener('abort', () => resolve('cancelled'), { once: true });
  });

suite('facts of a workflow run', { concurrency: 2 }, () => {
  test('by default the first job of a matrix that fails cancels the others, with `fail-fast: false` it does not', async () => {
    const legs = (rest: string) =>
      `${head}jobs:\n  legs:\n    runs-on: x\n    strategy: { ${rest}matrix: { leg: [a, b] } }\n    steps: [{ run: echo }]\n`;
    const script: JobScript = ({ job }, { signal }) =>
      job.matrix.leg === 'a' ? Promise.resolve('failure') : aborted(signal);
    await using it = (await started(legs(''), script)).it;
    await pullIn(it);
    await it.sandbox.idle();
    assert.deepEqual(conclusions(it), [[['failure', 'failure', 'cancelled']]]);
    const patient: JobScript = async ({ job }) => (job.matrix.leg === 'a' ? 'failure' : 'success');
    await using other = (await started(legs('fail-fast: false, '), patient)).it;
    await pullIn(other);
    await other.sandbox.idle();
    assert.deepEqual(conclusions(other), [[['failure', 'failure', 'success']]]);
  });

  test('in a concurrency group one run is at work and one waits, whose place a newer one takes', async () => {
    const workflow = `${head}concurrency: Deploy-\${{ github.base_ref }}\njobs: { one: { runs-on: x, steps: [{ run: echo }] } }\n`;
    const first = Promise.withResolvers<'success'>();
    const { it, ran } = await started(workflow, async () => (ran.length === 1 ? first.promise : 'success'));
    await using _ = it;
    for (const branch of ['one', 'two', 'three']) await pullIn(it, branch);
    first.resolve('success');
    await it.sandbox.idle();
    assert.deepEqual(conclusions(it), [
      [['success', 'success']],
      [['cancelled', 'cancelled']],
      [['success', 'success']],
    ]);
  });

  test('with cancel-in-progress a newer run cancels the one at work; a re-run enters the same group', async () => {
    const workflow = `${head}concurrency: { group: "\${{ github.workflow }}-\${{ github.event.pull_request.base.ref }}", cancel-in-progress: true }\njobs: { one: { runs-on: x, steps: [{ run: echo }] } }\n`;
    const second = Promise.withResolvers<void>();
    const { it, ran, act } = await started(workflow, (_, { signal }) => {
      if (ran.length === 2) second.resolve();
      return ran.length === 3 ? Promise.resolve('success') : aborted(signal);
    });
    await using _ = it;
    await pullIn(it, 'one');
    await pullIn(it, 'two');
    await second.promise;
    const [older] = it.sandbox.read.runs('acme/shop');
    act.rerun('wanda', older?.id ?? 0);
    await it.sandbox.idle();
    assert.deepEqual(conclusions(it), [
      [
        ['cancelled', 'cancelled'],
        ['success', 'success'],
      ],
      [['cancelled', 'cancelled']],
    ]);
  });

  test('jobs have concurrency groups too', async () => {
    const workflow = `${head}jobs:\n  a: { runs-on: x, concurrency: database, steps: [{ run: echo }] }\n  b: { runs-on: x, concurrency: DATABASE, steps: [{ run: echo }] }\n`;
    let [working, most] = [0, 0];
    const { it } = await started(workflow, async () => {
      working++;
      most = Math.max(most, working);
      await new Promise((resolve) => setImmediate(resolve));
      working--;
      return 'success';
    });
    await using _ = it;
    await pullIn(it);
    await it.sandbox.idle();
    assert.deepEqual([most, ...conclusions(it)], [1, [['success', 'success', 'success']]]);
  });

  test('re-running failed jobs keeps what passed, with its outputs, under a new number; artifacts of both attempts stay', async () => {
    const workflow = `${head}jobs:\n  good: { runs-on: x, steps: [{ run: echo }] }\n  bad: { runs-on: x, needs: good, steps: [{ run: echo }] }\n`;
    const bytes = (text: string) => zipSync({ 'f.txt': Buffer.from(text) });
    const { it, ran, act } = await started(workflow, async (request, { artifacts }) => {
      if (request.job.key === 'good') return 'success';
      artifacts.upload(request.runId, 'report', bytes(`attempt ${request.attempt}`), 1);
      return request.attempt === 1 ? 'failure' : 'success';
    });
    await using _ = it;
    await pullIn(it);
    await it.sandbox.idle();
    const run_id = it.sandbox.read.runs('acme/shop')[0]?.id ?? 0;
    act.rerun('wanda', run_id, 'failed');
    await it.sandbox.idle();
    assert.deepEqual(
      ran.map(({ job, attempt }) => [job.key, attempt]),
      [
        ['good', 1],
        ['bad', 1],
        ['bad', 2],
      ],
    );
    assert.deepEqual(ran.at(-1)?.needs, { good: { result: 'success', outputs: { from: 'good' } } });
    const repo = { owner: 'acme', repo: 'shop' };
    const listed = await it.octokit.rest.actions.listWorkflowRunArtifacts({
      ...repo,
      run_id,
      name: 'report',
    });
    assert.equal(listed.data.total_count, 2, 'one name twice in a run');
    const newest = it.sandbox.world.artifacts.get(Math.max(...listed.data.artifacts.map(({ id }) => id)));
    assert.equal(Buffer.from(unzipSync(newest?.zip ?? bytes(''))['f.txt'] ?? []).toString(), 'attempt 2');
    const jobs = await it.octokit.rest.actions.listJobsForWorkflowRun({ ...repo, run_id });
    assert.deepEqual(
      jobs.data.jobs.map(({ name, run_attempt, conclusion }) => [name, run_attempt, conclusion]),
      [
        ['good', 2, 'success'],
        ['bad', 2, 'success'],
      ],
    );
  });

  test("Dependabot's runs get no secrets of the repository and no ID token; their token writes only what the workflow says", async () => {
    const workflow = `${head}jobs:\n  asks: { runs-on: x, permissions: { checks: write, id-token: write }, steps: [{ run: echo }] }\n  silent: { runs-on: x, steps: [{ run: echo }] }\n`;
    const seen: Record<string, unknown> = {};
    const { it } = await started(
      workflow,
      async ({ job, secrets, idToken, apiUrl, repository, token, sha }) => {
        const answer = await fetch(`${apiUrl}/repos/${repository}/check-runs`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}` },
          body: JSON.stringify({ name: 'x', head_sha: sha }),
        });
        await answer.body?.cancel();
        seen[job.key] = { secrets, idToken, status: answer.status };
        return 'success';
      },
    );
    await using _ = it;
    it.sandbox.create.bot('dependabot[bot]');
    it.sandbox.create.collaborator('acme/shop', 'dependabot[bot]', 'write');
    const pull = await pullIn(it, 'dependabot/npm', 'dependabot[bot]');
    await it.sandbox.idle();
    assert.deepEqual(seen, {
      asks: { secrets: {}, idToken: null, status: 201 },
      silent: { secrets: {}, idToken: null, status: 403 },
    });
    assert.equal(pull.author.type, 'Bot');
  });

  test('a run by hand is on the branch that was chosen, with its inputs; a due cron line runs the default branch', async () => {
    const workflow = `name: CI\non: { workflow_dispatch: { inputs: { where: { type: string } } }, schedule: [{ cron: "0 3 * * *" }] }\njobs: { one: { runs-on: x, name: "to \${{ inputs.where }}", steps: [{ run: echo }] } }\n`;
    const { it, ran, act } = await started(workflow, async () => 'success');
    await using _ = it;
    const path = '.github/workflows/ci.yml';
    const tip = await act.push('acme/shop', 'wanda', { branch: 'topic', files: { a: 'a' } });
    await act.dispatch('acme/shop', 'wanda', {
      workflow: path,
      branch: 'topic',
      inputs: { where: 'staging' },
    });
    await it.sandbox.idle();
    await act.schedule('acme/shop', 'wanda', '0 4 * * *');
    await act.schedule('acme/shop', 'wanda', '0 3 * * *');
    await it.sandbox.idle();
    assert.deepEqual(
      ran.map(({ eventName, ref, sha, job }) => [eventName, ref, sha === tip, job.name]),
      [
        ['workflow_dispatch', 'refs/heads/topic', true, 'to staging'],
        ['schedule', 'refs/heads/main', false, 'to '],
      ],
    );
    assert.equal(ran[1]?.event.schedule, '0 3 * * *');
    const api = octokitFor(it.sandbox, it.sandbox.create.token('rita'));
    const found = await api.rest.actions.listWorkflowRunsForRepo({
      owner: 'acme',
      repo: 'shop',
      event: 'schedule',
    });
    assert.deepEqual(
      found.data.workflow_runs.map((each) => [each.head_branch, each.pull_requests?.length]),
      [['main', 0]],
    );
    assert.deepEqual(it.sandbox.violations, []);
  });
});
