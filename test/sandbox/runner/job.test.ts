import assert from 'node:assert/strict';
import test from 'node:test';
import { run, workflowOf } from './harness.ts';

const need = (result: string, outputs: Record<string, string> = {}) => ({
  request: { needs: { build: { result, outputs } } },
});

test('a job is skipped when what it needs failed, unless its `if` asks for it', async (t) => {
  const job = (condition: string) =>
    `on: push\njobs:\n  build: { runs-on: x, steps: [{ run: echo }] }\n  test: { runs-on: x, needs: build, ${condition} steps: [{ run: "echo ran \${{ needs.build.outputs.tag }}" }] }\n`;
  assert.equal((await run(t, job(''), need('failure'))).result.conclusion, 'skipped');
  assert.equal((await run(t, job(''), need('skipped'))).result.conclusion, 'skipped');
  assert.equal((await run(t, job('if: always(),'), need('failure'))).result.conclusion, 'success');
  assert.equal((await run(t, job('if: failure(),'), need('failure'))).result.conclusion, 'success');
  assert.ok((await run(t, job(''), need('success', { tag: 'v1' }))).lines.includes('ran v1'));
  const skipped = await run(t, job(`if: "github.event_name == 'pull_request'",`), need('success'));
  assert.deepEqual([skipped.result.conclusion, skipped.steps], ['skipped', []]);
});

test('outputs of a job come from its steps, also when it failed; one that holds a secret is left out', async (t) => {
  const workflow = workflowOf(`outputs:
  version: v\${{ steps.a.outputs.n }}
  secret: \${{ steps.a.outputs.s }}
  nothing: \${{ steps.a.outputs.none }}
steps:
  - id: a
    run: echo "n=3" >> "$GITHUB_OUTPUT"; echo "s=$S" >> "$GITHUB_OUTPUT"; exit 1
    env: { S: "\${{ secrets.KEY }}" }`);
  const seen = await run(t, workflow, { request: { secrets: { KEY: 'very-secret' } } });
  assert.deepEqual(seen.result, { conclusion: 'failure', outputs: { version: 'v3' } });
  assert.match(seen.annotations.at(-1)?.message ?? '', /Skip output 'secret'/);
});

test('a failed job with continue-on-error says that it is tolerated', async (t) => {
  const seen = await run(t, workflowOf('continue-on-error: true\nsteps: [{ run: exit 1 }]'));
  assert.deepEqual(seen.result, { conclusion: 'failure', outputs: {}, tolerated: true });
});

test('a job whose services are not given fails with a sentence; given ones are in the job context', async (t) => {
  const workflow = workflowOf(
    `services: { db: { image: postgres, ports: ["5432:5432"] } }\nsteps: [{ run: "echo port \${{ job.services.db.ports['5432'] }}" }]`,
  );
  const without = await run(t, workflow);
  assert.equal(without.result.conclusion, 'failure');
  assert.match(
    without.annotations[0]?.message ?? '',
    /wants the service db; this runner starts no containers.*option `services`/,
  );
  const given = await run(t, workflow, { services: { db: { ports: { '5432': 49152 } } } });
  assert.ok(given.lines.includes('port 49152'));
});

test('containers and reusable workflows are refused in words', async (t) => {
  const container = await run(t, workflowOf('container: node:24\nsteps: [{ run: echo }]'));
  assert.match(container.annotations[0]?.message ?? '', /wants a container/);
  const called = await run(
    t,
    workflowOf('uses: ./.github/workflows/other.yml').replace('    runs-on: ubuntu-latest\n', ''),
  );
  assert.match(called.annotations[0]?.message ?? '', /reusable workflow/);
});

test('an action that cannot be had fails the job before its first step', async (t) => {
  const seen = await run(t, '- run: echo not-yet\n- uses: someone/else@v1');
  assert.deepEqual(seen.steps, [{ number: 1, name: 'Set up job', conclusion: 'failure' }]);
  assert.match(seen.annotations[0]?.message ?? '', /Unable to resolve action 'someone\/else@v1'/);
});

test('checkout puts the commit of the event into the workspace, a `path` or `ref` another', async (t) => {
  const pull = {
    pull_request: {
      head: { ref: 'feature', sha: 'b'.repeat(40) },
      base: { ref: 'main', sha: 'c'.repeat(40) },
    },
  };
  const seen = await run(
    t,
    `- { id: a, uses: actions/checkout@v7 }
- { id: b, uses: actions/checkout@v7, with: { path: other, ref: feature } }
- run: cat file.txt other/file.txt; echo "\${{ steps.a.outputs.commit }} \${{ steps.b.outputs.commit }}"`,
    { files: { 'file.txt': 'content\n' }, request: { event: pull } },
  );
  assert.deepEqual(
    seen.lines.filter((line) => line === 'content'),
    ['content', 'content'],
  );
  assert.ok(seen.lines.includes(`${'a'.repeat(40)} ${'b'.repeat(40)}`));
  const unknown = await run(t, '- { uses: actions/checkout@v7, with: { ref: nowhere } }');
  assert.match(unknown.annotations[0]?.message ?? '', /'nowhere' could not be found/);
  const outside = await run(t, '- { uses: actions/checkout@v7, with: { path: ../../x } }');
  assert.match(outside.annotations[0]?.message ?? '', /is not under/);
});

test('setup-node puts the Node of this machine on PATH and says when another was asked for', async (t) => {
  const seen = await run(
    t,
    '- { id: n, uses: actions/setup-node@v7, with: { node-version: 99 } }\n- run: node --version',
    { path: '/usr/bin:/bin' },
  );
  assert.ok(seen.lines.includes(process.version));
  assert.match(seen.annotations[0]?.message ?? '', /Node 99 is asked for/);
});
