import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, suite, type TestContext, test } from 'node:test';
import { until } from '../../src/sandbox/demo/until.ts';
import type { Pull } from '../../src/sandbox/model.ts';
import type { Run } from '../../src/sandbox/run-model.ts';
import { type Ground, openGround } from './events/ground.ts';
import { approve, ended, pullIn, settled } from './events/play.ts';
import { told } from './events/told.ts';
import { policy, workflow } from './events/workflow.ts';

/**
 * The real action.yml and dist/ for each kind of event and each way to end; what the run tells people stands in
 * expected/events/, which `node --test --test-update-snapshots` writes anew.
 */
let ground: Ground;
before(async () => {
  ground = await openGround();
});
after(async () => {
  await ground[Symbol.asyncDispose]();
});

function compare(t: TestContext, name: string, run: Run, pull: Pull | null): void {
  assert.deepEqual(ground.sandbox.violations, []);
  t.assert.fileSnapshot(
    `# ${t.name}\n\n${told(ground.sandbox, run, pull)}`,
    path.join(import.meta.dirname, 'expected/events', `${name}.md`),
    { serializers: [(given: unknown) => String(given)] },
  );
}

suite('the action on each event', { concurrency: 3 }, () => {
  test('a pull request of the same repository, with the App; its merge inherits the approval, a later push does not', async (t) => {
    const repository = 'acme/same';
    const on = '{ pull_request: {}, push: { branches: [main] } }';
    const permissions = 'contents: read, checks: read, pull-requests: read';
    await ground.repository(repository, { policy, workflow: workflow({ on, permissions }) });
    const pull = await pullIn(ground, repository);
    await ended(ground, repository, 'pull_request');
    await approve(ground, repository, pull);
    const run = await ended(ground, repository, 'pull_request', 2);
    await settled(ground, pull, 'success', /Nothing to do/);
    compare(t, 'pull-request', run, pull);
    assert.deepEqual(ground.traces(repository), ['attempt 2: deploy']);

    await ground.sandbox.act.mergePull('grace', pull);
    compare(t, 'push-of-a-merge', await ended(ground, repository, 'push'), null);
    assert.deepEqual(ground.traces(repository), ['attempt 1: deploy', 'attempt 2: deploy']);

    const merged = ground.sandbox.read.runs(repository).length;
    await ground.sandbox.act.push(repository, 'grace', { branch: 'main', files: { 'direct.txt': 'x\n' } });
    await until('the push starts a run', () => ground.sandbox.read.runs(repository).length > merged);
    compare(t, 'push', await ended(ground, repository, 'push'), null);
    assert.equal(ground.traces(repository).length, 2);
  });

  test('a pull request of the same repository, without the App', async (t) => {
    const repository = 'solo/same';
    const permissions = 'contents: read, checks: write, pull-requests: read';
    await ground.repository(repository, {
      policy: policy.replace('app: 1001\n', ''),
      workflow: workflow({ permissions }),
    });
    const pull = await pullIn(ground, repository);
    const { id, attempts } = await ended(ground, repository, 'pull_request');
    const messages = attempts[0]?.jobs[0]?.annotations.map(({ message }) => message).join('\n') ?? '';
    const longId = /\/approve ([0-9a-z]{26})"/.exec(messages)?.[1] ?? '';
    ground.sandbox.act.comment('grace', pull, `/approve ${longId}`);
    ground.sandbox.act.rerun('alan', id, 'failed');
    compare(t, 'without-an-app', await ended(ground, repository, 'pull_request', 2), pull);
    assert.deepEqual(ground.traces(repository), ['attempt 2: deploy']);
  });

  test('a pull request of a fork, with the App', async (t) => {
    const repository = 'acme/forked';
    await ground.repository(repository, { policy, workflow: workflow() });
    await ground.sandbox.create.fork(repository, 'mallory');
    const pull = await pullIn(ground, repository, 'mallory:feature');
    await ended(ground, repository, 'pull_request');
    await approve(ground, repository, pull);
    const run = await ended(ground, repository, 'pull_request', 2);
    await settled(ground, pull, 'success', /Nothing to do/);
    compare(t, 'fork', run, pull);
    assert.deepEqual(ground.traces(repository), ['attempt 2: deploy']);
  });

  test('a merge group inherits what was approved in its pull request', async (t) => {
    const repository = 'acme/queued';
    const on = '{ pull_request: {}, merge_group: {} }';
    await ground.repository(repository, { policy, workflow: workflow({ on }) });
    const pull = await pullIn(ground, repository);
    await ended(ground, repository, 'pull_request');
    await approve(ground, repository, pull);
    await ended(ground, repository, 'pull_request', 2);
    await settled(ground, pull, 'success', /Nothing to do/);
    await ground.sandbox.act.enqueue('alan', pull);
    const run = await ended(ground, repository, 'merge_group');
    assert.equal(run.attempts[0]?.conclusion, 'success');
    await until("the App's word on the group", () =>
      ground.sandbox.read
        .checks(repository, run.headSha)
        .some((check) => check.name === 'JIT approval: main' && check.conclusion === 'success'),
    );
    compare(t, 'merge-group', run, null);
    assert.deepEqual(ground.traces(repository), ['attempt 1: deploy', 'attempt 2: deploy']);
  });

  test('a push where the policy lets run what nobody can approve', async (t) => {
    const repository = 'acme/pushed';
    const permissions = 'contents: read, checks: read, pull-requests: read';
    await ground.repository(repository, {
      policy: policy.replace('default:', 'without-pull-request: allow\ndefault:'),
      workflow: workflow({ on: 'push', permissions }),
    });
    await ground.sandbox.act.push(repository, 'grace', { branch: 'main', files: { 'direct.txt': 'x\n' } });
    compare(t, 'push-allowed', await ended(ground, repository, 'push'), null);
    assert.deepEqual(ground.traces(repository), ['attempt 1: deploy']);
  });

  test('a pull request of Dependabot, whose token only reads and who has no secrets, is approved like any other', async (t) => {
    const repository = 'acme/updated';
    const afterwards = `      - { if: always(), run: 'echo "outputs: secret=[$SECRET]"', env: { SECRET: "\${{ secrets.PASSWORD }}" } }\n`;
    await ground.repository(repository, { policy, workflow: workflow({ afterwards }) });
    const pull = await pullIn(ground, repository, 'feature', 'dependabot[bot]');
    await ended(ground, repository, 'pull_request');
    await approve(ground, repository, pull);
    const run = await ended(ground, repository, 'pull_request', 2);
    await settled(ground, pull, 'success', /Nothing to do/);
    assert.equal(run.actor.login, 'dependabot[bot]');
    compare(t, 'dependabot', run, pull);
    assert.deepEqual(ground.traces(repository), ['attempt 2: deploy']);
  });

  for (const word of ['hold', 'deny', 'allow'] as const) {
    test(`a run by hand and one by cron, where the policy says \`without-pull-request: ${word}\``, async (t) => {
      const repository = `acme/alone-${word}`;
      const on = '{ workflow_dispatch: {}, schedule: [{ cron: "0 3 * * *" }] }';
      await ground.repository(repository, {
        policy: policy.replace('default:', `without-pull-request: ${word}\ndefault:`),
        workflow: workflow({ on }),
      });
      const { act } = ground.sandbox;
      await act.dispatch(repository, 'alan', { workflow: '.github/workflows/integration.yml' });
      compare(t, `by-hand-${word}`, await ended(ground, repository, 'workflow_dispatch'), null);
      await act.schedule(repository, 'grace', '0 3 * * *');
      compare(t, `by-cron-${word}`, await ended(ground, repository, 'schedule'), null);
      const ran = word === 'allow' ? ['attempt 1: deploy', 'attempt 1: deploy'] : [];
      assert.deepEqual(ground.traces(repository), ran);
    });
  }

  test('a run by hand on a branch whose own policy lets it run is judged by the default branch too', async (t) => {
    const repository = 'acme/loosened';
    await ground.repository(repository, { policy, workflow: workflow({ on: 'workflow_dispatch' }) });
    const { act } = ground.sandbox;
    const loose = policy.replace('default:', 'without-pull-request: allow\ndefault:');
    const files = { '.github/jit-approval.yml': loose };
    await act.push(repository, 'alan', { branch: 'loose', from: 'main', message: 'Mine', files });
    const request = { workflow: '.github/workflows/integration.yml', branch: 'loose' };
    await act.dispatch(repository, 'alan', request);
    compare(t, 'by-hand-loosened', await ended(ground, repository, 'workflow_dispatch'), null);
    assert.deepEqual(ground.traces(repository), []);
  });

  test('of a matrix of three jobs exactly the held steps of the two held jobs run again', async (t) => {
    const repository = 'acme/matrix';
    const job = `    strategy:
      fail-fast: false
      matrix:
        include: [{ leg: a, kind: deploy }, { leg: b, kind: deploy }, { leg: c, kind: check }]`;
    const steps = `- { id: before, run: 'trace "$LEG" before' }
- { id: act, needs: [], run: 'jit-approval guard --kind "$KIND" -- trace "$LEG" act' }
- { id: after, needs: [], run: 'trace "$LEG" after' }`;
    const env = `, LEG: "\${{ matrix.leg }}", KIND: "\${{ matrix.kind }}"`;
    await ground.repository(repository, { policy, workflow: workflow({ job, steps, env }) });
    const pull = await pullIn(ground, repository);
    await ended(ground, repository, 'pull_request');
    await approve(ground, repository, pull, 2);
    const run = await ended(ground, repository, 'pull_request', 2);
    await settled(ground, pull, 'success', /Nothing to do/);
    compare(t, 'matrix', run, pull);
    assert.deepEqual(ground.traces(repository), [
      'attempt 1: a after',
      'attempt 1: a before',
      'attempt 1: b after',
      'attempt 1: b before',
      'attempt 1: c act',
      'attempt 1: c after',
      'attempt 1: c before',
      'attempt 2: a act',
      'attempt 2: b act',
    ]);
  });

  test('in a matrix that fails fast a held job cancels the others, and the approval runs all of them again', async (t) => {
    const repository = 'acme/fast';
    const job = '    strategy: { matrix: { leg: [a, b] } }';
    // the one is held when the other is at work
    const steps = `- id: act
  run: |
    if [ "$LEG" = a ]; then
      until [ -e "$TRACES/acme.fast" ]; do sleep 0.1; done
      exec jit-approval guard --kind deploy -- trace a
    fi
    if [ "$JIT_APPROVAL_ATTEMPT" = 1 ]; then exec linger b; else trace b; fi`;
    const env = `, LEG: "\${{ matrix.leg }}"`;
    await ground.repository(repository, { policy, workflow: workflow({ job, steps, env }) });
    const pull = await pullIn(ground, repository);
    await ended(ground, repository, 'pull_request');
    await approve(ground, repository, pull);
    const run = await ended(ground, repository, 'pull_request', 2);
    await settled(ground, pull, 'success', /Nothing to do/);
    compare(t, 'matrix-that-fails-fast', run, pull);
    assert.deepEqual(ground.traces(repository), ['attempt 1: b', 'attempt 2: a', 'attempt 2: b']);
  });

  test('a step that fails for reasons of its own beside a held one', async (t) => {
    const repository = 'acme/failing';
    const steps = `- { id: unit, run: 'exit 3' }
- { id: deploy, needs: [], run: jit-approval guard --kind deploy -- trace deploy }`;
    await ground.repository(repository, { policy, workflow: workflow({ steps }) });
    const pull = await pullIn(ground, repository);
    const run = await ended(ground, repository, 'pull_request');
    await settled(ground, pull, 'action_required', /Approve or deny/);
    compare(t, 'failing-beside-held', run, pull);
  });

  test('a run that is cancelled', async (t) => {
    const repository = 'acme/cancelled';
    const steps = `- { id: deploy, run: jit-approval guard --kind deploy -- trace deploy || true }
- { id: slow, run: exec linger slow }`;
    await ground.repository(repository, {
      policy,
      workflow: workflow({ steps, condition: 'success() || cancelled()' }),
    });
    const pull = await pullIn(ground, repository);
    const run = await until('the slow step runs', () => {
      const found = ground.sandbox.read.runs(repository)[0];
      return found?.attempts[0]?.jobs[0]?.log.some((line) => line.includes('exec linger slow'))
        ? found
        : null;
    });
    await until('its trace', () => ground.traces(repository).length > 0);
    ground.sandbox.act.cancel('alan', run.id);
    await ended(ground, repository, 'pull_request');
    await settled(ground, pull, 'failure', /ended as cancelled/);
    compare(t, 'cancelled', run, pull);
  });

  test('a run in which the port of the gate before is taken by somebody else', async (t) => {
    const repository = 'acme/taken';
    const occupy = `const { port } = new URL(process.argv[1]); require('net').createServer().listen(port, '127.0.0.1', () => require('fs').writeFileSync('taken', port))`;
    const before = `      - uses: jit-approval/jit-approval@v1
        with: { run: 'printf %s "$JIT_APPROVAL_URL" > gate-url' }
      - run: |
          node -e "${occupy}" "$(cat gate-url)" &
          until [ -e taken ]; do sleep 0.1; done`;
    const steps = `- id: deploy
  run: 'test "$(cat taken)" != "$(printf %s "$JIT_APPROVAL_URL" | sed "s/.*://; s/[^0-9].*//")" && jit-approval guard --kind check -- trace ran'`;
    await ground.repository(repository, { policy, workflow: workflow({ before, steps }) });
    const pull = await pullIn(ground, repository);
    const run = await ended(ground, repository, 'pull_request');
    await settled(ground, pull, 'success', null);
    compare(t, 'port-taken', run, pull);
    assert.deepEqual(ground.traces(repository), ['attempt 1: ran']);
  });

  test('a workspace that cannot be written is left as it was', async (t) => {
    const repository = 'acme/read-only';
    const list = `find . -exec stat -c '%n %s %Y' {} + | sort`;
    const before = `      - run: chmod -R a-w . && ${list} > "$RUNNER_TEMP/before"`;
    // whoever is root writes all the same, hence the list
    const afterwards = `      - run: |
          ${list} | diff "$RUNNER_TEMP/before" - && echo 'outputs: nothing changed'
      - { if: always(), run: chmod -R u+w . }\n`;
    const steps = '- { id: deploy, run: jit-approval guard --kind check -- trace ran }';
    await ground.repository(repository, { policy, workflow: workflow({ before, steps, afterwards }) });
    const pull = await pullIn(ground, repository);
    const run = await ended(ground, repository, 'pull_request');
    await settled(ground, pull, 'success', null);
    compare(t, 'read-only', run, pull);
    assert.deepEqual(ground.traces(repository), ['attempt 1: ran']);
  });

  test('a run whose policy is invalid', async (t) => {
    const repository = 'acme/invalid';
    await ground.repository(repository, { policy: policy.replace('hold:', 'hodl:'), workflow: workflow() });
    const pull = await pullIn(ground, repository);
    const run = await ended(ground, repository, 'pull_request');
    await settled(ground, pull, 'failure', null);
    compare(t, 'invalid-policy', run, pull);
    assert.deepEqual(ground.traces(repository), []);
  });
});
