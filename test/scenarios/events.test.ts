import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, suite, type TestContext, test } from 'node:test';
import { answerTo } from '../../src/sandbox/demo/scenes.ts';
import { until } from '../../src/sandbox/demo/until.ts';
import type { Pull, Run } from '../../src/sandbox/model.ts';
import { type Ground, openGround } from './events/ground.ts';
import { told } from './events/told.ts';

/**
 * The real action.yml and dist/ for each kind of event and each way to end; what the run tells people stands in
 * expected/events/, which `node --test --test-update-snapshots` writes anew.
 */
const policy = `version: 1
app: 1001
workflows: [integration.yml]
default: allow
rules:
  - id: deployments
    on: { command: { name: deploy } }
    hold: { reason: Deploys to the staging system }
`;

interface Parts {
  readonly on?: string;
  readonly permissions?: string;
  readonly job?: string;
  readonly env?: string;
  readonly before?: string;
  readonly condition?: string;
  readonly steps?: string;
  readonly afterwards?: string;
}

function workflow(parts: Parts = {}): string {
  const { on = 'pull_request', permissions = 'contents: read, checks: read' } = parts;
  const steps = parts.steps ?? '- { id: deploy, run: jit-approval guard --kind deploy -- trace deploy }';
  return `name: Integration
on: ${on}
permissions: { ${permissions} }
jobs:
  integration:
    runs-on: ubuntu-24.04
    env: { TRACES: "\${{ vars.TRACES }}"${parts.env ?? ''} }
${parts.job ?? ''}
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with: { persist-credentials: false }
${parts.before ?? ''}
      - uses: jit-approval/jit-approval@v1
        id: jit
${parts.condition === undefined ? '' : `        if: ${parts.condition}\n`}        with:
          steps: |
${steps.replace(/^/gm, '            ')}
      - if: always()
        run: 'echo "outputs: result=$RESULT held=$HELD denied=$DENIED"'
        env:
          RESULT: \${{ steps.jit.outputs.result }}
          HELD: \${{ steps.jit.outputs.held }}
          DENIED: \${{ steps.jit.outputs.denied }}
${parts.afterwards ?? ''}`;
}

let ground: Ground;
before(async () => {
  ground = await openGround();
});
after(async () => {
  await ground[Symbol.asyncDispose]();
});

async function pullIn(repository: string, head = 'feature'): Promise<Pull> {
  const { act } = ground.sandbox;
  const files = { 'feature.txt': 'new\n' };
  const fork = head.includes(':');
  const [by, place] = fork ? ['mallory', repository.replace(/^\w+/, 'mallory')] : ['alan', repository];
  await act.push(place, by, { branch: 'feature', from: 'main', message: 'A feature', files });
  return act.openPull(repository, by, { head, title: 'A feature' });
}

function ended(repository: string, event: string, attempt = 1): Promise<Run> {
  return until(`attempt ${attempt} of ${event} in ${repository} ends`, () => {
    const run = ground.sandbox.read.runs(repository).findLast((each) => each.eventName === event);
    return run?.attempts.find(({ number }) => number === attempt)?.status === 'completed' ? run : null;
  });
}

/** Waits for the checks of what is held, and has grace approve it all. */
async function approve(repository: string, pull: Pull, count = 1): Promise<void> {
  const { sandbox } = ground;
  const prefix = 'JIT approval / ';
  const held = await until('what is held has its checks', () => {
    const checks = sandbox.read
      .checks(repository, pull.head.sha)
      .filter((check) => check.name.startsWith(prefix) && check.conclusion === 'action_required');
    return checks.length === count ? checks : null;
  });
  // the App tells people once the run is over; whoever answers before would be answered first
  await until('people are told', () =>
    sandbox.read.comments(pull).some(({ body }) => body.includes(`Approve or deny ${count} runtime`)),
  );
  const ids = held.map((check) => check.name.slice(prefix.length)).sort();
  const comment = sandbox.act.comment('grace', pull, `/approve ${ids.join(' ')}`);
  const { reaction, words } = await answerTo(sandbox, pull, comment);
  assert.equal(reaction, '+1', words ?? '');
}

/** Waits for the gate's word on the head and, where one is given, for the comment, which the App writes last. */
async function settled(pull: Pull, conclusion: string, comment: RegExp | null): Promise<void> {
  const { read } = ground.sandbox;
  const repository = `${pull.repository.owner.login}/${pull.repository.name}`;
  await until(`the gate of ${repository} is ${conclusion}`, () =>
    read
      .checks(repository, pull.head.sha)
      .some((check) => check.name === 'JIT approval: main' && check.conclusion === conclusion),
  );
  if (comment === null) return;
  await until(
    `${repository} has the comment ${comment.source}, and no older one that is not folded away`,
    () => {
      const open = read
        .comments(pull)
        .filter(
          ({ body, minimized, author }) =>
            minimized === null && /bot/i.test(author.login) && /^###/.test(body),
        );
      const [only, ...others] = open;
      return (
        only !== undefined &&
        others.length === 0 &&
        comment.test(only.body) &&
        !only.body.includes('is in progress')
      );
    },
  );
}

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
    const pull = await pullIn(repository);
    await ended(repository, 'pull_request');
    await approve(repository, pull);
    const run = await ended(repository, 'pull_request', 2);
    await settled(pull, 'success', /Nothing to do/);
    compare(t, 'pull-request', run, pull);
    assert.deepEqual(ground.traces(repository), ['attempt 2: deploy']);

    await ground.sandbox.act.mergePull('grace', pull);
    compare(t, 'push-of-a-merge', await ended(repository, 'push'), null);
    assert.deepEqual(ground.traces(repository), ['attempt 1: deploy', 'attempt 2: deploy']);

    const merged = ground.sandbox.read.runs(repository).length;
    await ground.sandbox.act.push(repository, 'grace', { branch: 'main', files: { 'direct.txt': 'x\n' } });
    await until('the push starts a run', () => ground.sandbox.read.runs(repository).length > merged);
    compare(t, 'push', await ended(repository, 'push'), null);
    assert.equal(ground.traces(repository).length, 2);
  });

  test('a pull request of the same repository, without the App', async (t) => {
    const repository = 'solo/same';
    const permissions = 'contents: read, checks: write, pull-requests: read';
    await ground.repository(repository, {
      policy: policy.replace('app: 1001\n', ''),
      workflow: workflow({ permissions }),
    });
    const pull = await pullIn(repository);
    const { id, attempts } = await ended(repository, 'pull_request');
    const messages = attempts[0]?.jobs[0]?.annotations.map(({ message }) => message).join('\n') ?? '';
    const longId = /\/approve ([0-9a-z]{26})"/.exec(messages)?.[1] ?? '';
    ground.sandbox.act.comment('grace', pull, `/approve ${longId}`);
    ground.sandbox.act.rerun('alan', id, 'failed');
    compare(t, 'without-an-app', await ended(repository, 'pull_request', 2), pull);
    assert.deepEqual(ground.traces(repository), ['attempt 2: deploy']);
  });

  test('a pull request of a fork, with the App', async (t) => {
    const repository = 'acme/forked';
    await ground.repository(repository, { policy, workflow: workflow() });
    await ground.sandbox.create.fork(repository, 'mallory');
    const pull = await pullIn(repository, 'mallory:feature');
    await ended(repository, 'pull_request');
    await approve(repository, pull);
    const run = await ended(repository, 'pull_request', 2);
    await settled(pull, 'success', /Nothing to do/);
    compare(t, 'fork', run, pull);
    assert.deepEqual(ground.traces(repository), ['attempt 2: deploy']);
  });

  test('a merge group inherits what was approved in its pull request', async (t) => {
    const repository = 'acme/queued';
    const on = '{ pull_request: {}, merge_group: {} }';
    await ground.repository(repository, { policy, workflow: workflow({ on }) });
    const pull = await pullIn(repository);
    await ended(repository, 'pull_request');
    await approve(repository, pull);
    await ended(repository, 'pull_request', 2);
    await settled(pull, 'success', /Nothing to do/);
    await ground.sandbox.act.enqueue('alan', pull);
    const run = await ended(repository, 'merge_group');
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
    compare(t, 'push-allowed', await ended(repository, 'push'), null);
    assert.deepEqual(ground.traces(repository), ['attempt 1: deploy']);
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
    const pull = await pullIn(repository);
    await ended(repository, 'pull_request');
    await approve(repository, pull, 2);
    const run = await ended(repository, 'pull_request', 2);
    await settled(pull, 'success', /Nothing to do/);
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

  test('a step that fails for reasons of its own beside a held one', async (t) => {
    const repository = 'acme/failing';
    const steps = `- { id: unit, run: 'exit 3' }
- { id: deploy, needs: [], run: jit-approval guard --kind deploy -- trace deploy }`;
    await ground.repository(repository, { policy, workflow: workflow({ steps }) });
    const pull = await pullIn(repository);
    const run = await ended(repository, 'pull_request');
    await settled(pull, 'action_required', /Approve or deny/);
    compare(t, 'failing-beside-held', run, pull);
  });

  test('a run that is cancelled', async (t) => {
    const repository = 'acme/cancelled';
    const steps = `- { id: deploy, run: jit-approval guard --kind deploy -- trace deploy || true }
- { id: slow, run: 'trace slow; sleep 600' }`;
    await ground.repository(repository, {
      policy,
      workflow: workflow({ steps, condition: 'success() || cancelled()' }),
    });
    const pull = await pullIn(repository);
    const run = await until('the slow step runs', () => {
      const found = ground.sandbox.read.runs(repository)[0];
      return found?.attempts[0]?.jobs[0]?.log.some((line) => line.includes('sleep 600')) ? found : null;
    });
    await until('its trace', () => tracesOf(repository).length > 0);
    ground.sandbox.act.cancel('alan', run.id);
    await ended(repository, 'pull_request');
    await settled(pull, 'failure', /ended as cancelled/);
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
    const pull = await pullIn(repository);
    const run = await ended(repository, 'pull_request');
    await settled(pull, 'success', null);
    compare(t, 'port-taken', run, pull);
    assert.deepEqual(ground.traces(repository), ['attempt 1: ran']);
  });

  test('a run whose policy is invalid', async (t) => {
    const repository = 'acme/invalid';
    await ground.repository(repository, { policy: policy.replace('hold:', 'hodl:'), workflow: workflow() });
    const pull = await pullIn(repository);
    const run = await ended(repository, 'pull_request');
    await settled(pull, 'failure', null);
    compare(t, 'invalid-policy', run, pull);
    assert.deepEqual(tracesOf(repository), []);
  });
});

function tracesOf(repository: string): string[] {
  try {
    return ground.traces(repository);
  } catch {
    return [];
  }
}
