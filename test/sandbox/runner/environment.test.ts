import assert from 'node:assert/strict';
import test from 'node:test';
import { run, type Seen, workflowOf } from './harness.ts';

function variables(seen: Seen): ReadonlyMap<string, string> {
  return new Map(seen.lines.map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]));
}

test("nothing of this process's environment reaches a step", async (t) => {
  process.env.JIT_TEST_LEAK = 'leaked';
  t.after(() => delete process.env.JIT_TEST_LEAK);
  const seen = await run(t, '- run: env');
  assert.ok(!seen.log.includes('leaked'));
  assert.notEqual(variables(seen).get('HOME'), process.env.HOME);
});

test('a run step gets GITHUB_* and RUNNER_* but neither the token nor the runtime token', async (t) => {
  const seen = await run(t, '- run: env', { request: { attempt: 2, headRef: 'feature', baseRef: 'main' } });
  const found = variables(seen);
  for (const [name, value] of Object.entries({
    GITHUB_ACTIONS: 'true',
    CI: 'true',
    GITHUB_ACTION: '__run',
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_REPOSITORY_OWNER: 'acme',
    GITHUB_RUN_ATTEMPT: '2',
    GITHUB_HEAD_REF: 'feature',
    GITHUB_BASE_REF: 'main',
    GITHUB_REF_NAME: 'main',
    GITHUB_WORKFLOW_REF: 'acme/shop/.github/workflows/ci.yml@refs/heads/main',
    RUNNER_OS: process.platform === 'darwin' ? 'macOS' : 'Linux',
  })) {
    assert.equal(found.get(name), value, name);
  }
  for (const name of [
    'GITHUB_TOKEN',
    'ACTIONS_RUNTIME_TOKEN',
    'ACTIONS_RUNTIME_URL',
    'ACTIONS_ID_TOKEN_REQUEST_URL',
    'RUNNER_DEBUG',
  ]) {
    assert.ok(!found.has(name), name);
  }
  assert.ok(!seen.log.includes('ghs_token_of_the_job'));
});

test('the variables for ID tokens come where the job may have tokens, and else a job that asks is told', async (t) => {
  const idToken = { url: 'http://127.0.0.1:1/id', token: 'request-token-value' };
  const asks = workflowOf(
    `permissions: { id-token: write }\nsteps:\n  - run: echo "\${ACTIONS_ID_TOKEN_REQUEST_URL:-none} \${ACTIONS_ID_TOKEN_REQUEST_TOKEN:-none}"`,
  );
  const seen = await run(t, asks, { request: { idToken } });
  assert.ok(seen.lines.includes(`${idToken.url} ***`), 'the token is masked');
  const without = await run(t, asks);
  assert.ok(without.lines.includes('none none'));
  assert.match(without.log, /id-token: write is asked for, but this job may not have ID tokens/);
});

test('steps cannot overwrite GITHUB_* by `env`, but PATH and HOME are theirs', async (t) => {
  const seen = await run(t, '- { run: env, env: { GITHUB_REPOSITORY: evil/evil, HOME: /elsewhere } }');
  assert.equal(variables(seen).get('GITHUB_REPOSITORY'), 'acme/shop');
  assert.equal(variables(seen).get('HOME'), '/elsewhere');
});

test('the event stands in a file, and the contexts hold what GitHub gives them', async (t) => {
  const seen = await run(
    t,
    `- run: grep -c from-event "$GITHUB_EVENT_PATH"
- run: echo "\${{ github.event.note }} \${{ job.check_run_id }} \${{ strategy.job-index }}/\${{ strategy.job-total }} \${{ matrix.v }} \${{ vars.COLOUR }} \${{ runner.os == 'Linux' || runner.os == 'macOS' }} \${{ github.run_attempt > 1 }}"`,
    {
      request: { event: { note: 'from-event' }, attempt: 3 },
      job: { matrix: { v: 22 }, index: 1, total: 2 },
      variables: { COLOUR: 'red' },
    },
  );
  assert.equal(seen.result.conclusion, 'success');
  assert.ok(seen.lines.includes('from-event 77 1/2 22 red true true'));
});

test('with debug logging, RUNNER_DEBUG is set and ::debug:: lines are shown', async (t) => {
  const step = `- run: echo "debug is \${RUNNER_DEBUG:-off}"; echo "::debug::detail"`;
  const on = await run(t, step, { request: { debug: true } });
  assert.ok(on.lines.includes('debug is 1') && on.lines.includes('##[debug]detail'));
  const off = await run(t, step);
  assert.ok(off.lines.includes('debug is off') && !off.lines.includes('##[debug]detail'));
});
