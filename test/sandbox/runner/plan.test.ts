import assert from 'node:assert/strict';
import test from 'node:test';
import { createRunner } from '../../../src/sandbox/runner/index.ts';
import { workflowOf } from './harness.ts';

const runner = createRunner();
const steps = '- run: echo';
const pull = (action: string, base: string) => ({ action, pull_request: { base: { ref: base } } });

function starts(
  on: string,
  event: string,
  payload: Record<string, unknown>,
  files?: readonly string[],
): boolean {
  const chosen = files === undefined ? runner : createRunner({ changedFiles: () => files });
  return chosen.plan(workflowOf(steps, on), event, payload) !== null;
}

test('a workflow starts for the events it names, in each of the three spellings of `on`', () => {
  assert.ok(starts('on: push', 'push', { ref: 'refs/heads/main' }));
  assert.ok(starts('on: [push, pull_request]', 'pull_request', pull('opened', 'main')));
  assert.ok(starts('on:\n  push:\n  workflow_dispatch:', 'workflow_dispatch', {}));
  assert.ok(!starts('on: push', 'pull_request', pull('opened', 'main')));
});

test('pull_request starts for opened, synchronize and reopened unless `types` says otherwise', () => {
  for (const action of ['opened', 'synchronize', 'reopened'])
    assert.ok(starts('on: pull_request', 'pull_request', pull(action, 'main')));
  assert.ok(!starts('on: pull_request', 'pull_request', pull('labeled', 'main')));
  assert.ok(starts('on:\n  pull_request:\n    types: [labeled]', 'pull_request', pull('labeled', 'main')));
  assert.ok(!starts('on:\n  pull_request:\n    types: [labeled]', 'pull_request', pull('opened', 'main')));
});

test('branches filter the base branch of a pull request and the pushed branch', () => {
  const on = "on:\n  pull_request:\n    branches: ['release/**', '!release/old', main]";
  assert.ok(starts(on, 'pull_request', pull('opened', 'main')));
  assert.ok(starts(on, 'pull_request', pull('opened', 'release/1/2')));
  assert.ok(!starts(on, 'pull_request', pull('opened', 'release/old')));
  assert.ok(!starts(on, 'pull_request', pull('opened', 'dev')));
  const ignoring = 'on:\n  push:\n    branches-ignore: [dev]';
  assert.ok(!starts(ignoring, 'push', { ref: 'refs/heads/dev' }));
  assert.ok(starts(ignoring, 'push', { ref: 'refs/heads/main' }));
});

test('a push filter on branches alone does not start for tags', () => {
  assert.ok(!starts('on:\n  push:\n    branches: [main]', 'push', { ref: 'refs/tags/v1' }));
  assert.ok(starts("on:\n  push:\n    tags: ['v[0-9]+']", 'push', { ref: 'refs/tags/v12' }));
  assert.ok(!starts("on:\n  push:\n    tags: ['v[0-9]+']", 'push', { ref: 'refs/heads/main' }));
});

test('paths need one changed file that matches; unknown changes start the workflow', () => {
  const on = "on:\n  push:\n    paths: ['src/**', '!src/docs/**']";
  const event = { ref: 'refs/heads/main' };
  assert.ok(starts(on, 'push', event, ['README.md', 'src/a/b.ts']));
  assert.ok(!starts(on, 'push', event, ['README.md', 'src/docs/x.md']));
  assert.ok(!starts("on:\n  push:\n    paths-ignore: ['**.md']", 'push', event, ['a/README.md']));
  assert.ok(starts("on:\n  push:\n    paths-ignore: ['**.md']", 'push', event, ['a/README.md', 'b.ts']));
  assert.ok(starts(on, 'push', event));
});

test('a matrix gives a job per combination, with exclude, include, names and indices', () => {
  const planned = runner.plan(
    workflowOf(`name: db
strategy:
  matrix:
    os: [linux, mac]
    node: [22, 24]
    exclude: [{ os: mac, node: 22 }]
    include:
      - { os: linux, node: 24, extra: yes-please }
      - { os: windows, node: 20 }
steps:
  - run: echo`),
    'push',
    {},
  );
  assert.deepEqual(
    planned?.jobs.map(({ name, index, total, matrix }) => ({ name, index, total, matrix })),
    [
      { name: 'db (linux, 22)', index: 0, total: 4, matrix: { os: 'linux', node: 22 } },
      {
        name: 'db (linux, 24, yes-please)',
        index: 1,
        total: 4,
        matrix: { os: 'linux', node: 24, extra: 'yes-please' },
      },
      { name: 'db (mac, 24)', index: 2, total: 4, matrix: { os: 'mac', node: 24 } },
      { name: 'db (windows, 20)', index: 3, total: 4, matrix: { os: 'windows', node: 20 } },
    ],
  );
});

test('an include without a shared axis joins every combination of the matrix', () => {
  const planned = runner.plan(
    workflowOf(
      `strategy: { matrix: { a: [1, 2], include: [{ b: x }] } }\nname: job \${{ matrix.a }}\${{ matrix.b }}\nsteps: [{ run: echo }]`,
    ),
    'push',
    {},
  );
  assert.deepEqual(
    planned?.jobs.map((job) => job.name),
    ['job 1x', 'job 2x'],
  );
});

test('a matrix made from the event by fromJSON is planned, one made from needs is refused in words', () => {
  const matrix = (from: string) =>
    workflowOf(
      `strategy: { matrix: { v: "\${{ fromJSON(${from}) }}" } }\nsteps: [{ run: echo }]`,
      'on: push',
    );
  const planned = runner.plan(matrix('github.event.list'), 'push', { list: '["a","b"]' });
  assert.deepEqual(
    planned?.jobs.map((job) => job.name),
    ['test (a)', 'test (b)'],
  );
  assert.throws(() => runner.plan(matrix('needs.x.outputs.y'), 'push', {}), {
    code: 'workflow-unsupported',
    message: /may read github, inputs and vars, but not needs/,
  });
});

test('needs are listed, and jobs keep the order of the file', () => {
  const planned = runner.plan(
    'on: push\nname: CI\njobs:\n  a: { runs-on: x, steps: [{ run: echo }] }\n  b: { runs-on: x, needs: a, steps: [{ run: echo }] }\n  c: { runs-on: x, needs: [a, b], steps: [{ run: echo }] }\n',
    'push',
    {},
  );
  assert.equal(planned?.name, 'CI');
  assert.deepEqual(
    planned?.jobs.map(({ key, needs }) => [key, needs]),
    [
      ['a', []],
      ['b', ['a']],
      ['c', ['a', 'b']],
    ],
  );
});

test("a workflow that GitHub's schema refuses is refused with place and reason", () => {
  assert.throws(() => runner.plan('on: push\njobs:\n  a:\n    runs-on: x\n    stepz: []\n', 'push', {}), {
    code: 'workflow-invalid',
    message: /Line: 5, Col: 5\): Unexpected value 'stepz'/,
  });
  assert.throws(
    () => runner.plan(workflowOf(`- run: echo \${{ nothing.here }}`), 'push', {}),
    /Unrecognized named-value: 'nothing'/,
  );
});

test('permissions come from the job, else the workflow, else the restricted default', () => {
  const of = (top: string, job = '') =>
    runner.permissions(workflowOf(`${job}steps: [{ run: echo }]`, `on: push\n${top}`), 'test');
  assert.deepEqual(of(''), { contents: 'read', packages: 'read', metadata: 'read' });
  assert.deepEqual(of('permissions: { checks: write, contents: none }'), {
    metadata: 'read',
    checks: 'write',
  });
  assert.deepEqual(of('permissions: write-all', 'permissions: {}\n'), { metadata: 'read' });
  assert.equal(of('permissions: read-all')['pull-requests'], 'read');
  assert.equal(of('permissions: read-all')['id-token'], undefined);
  assert.equal(of('permissions: write-all')['id-token'], 'write');
  assert.throws(() => runner.permissions(workflowOf(steps), 'nope'), {
    code: 'job-unknown',
    message: /its jobs are: test/,
  });
});
