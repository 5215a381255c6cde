import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test from 'node:test';
import { folderFor, processesWith, run, workflowOf } from './harness.ts';

const grace = { interrupt: 300, terminate: 300 };

/** Runs and cancels as soon as the log has a line `ready`. */
function cancelled(
  t: Parameters<typeof run>[0],
  workflow: string,
  arrangement: Parameters<typeof run>[2] = {},
) {
  const controller = new AbortController();
  const onLine = (line: string): void => {
    if (line === 'ready') controller.abort();
  };
  return run(t, workflow, { grace, signal: controller.signal, onLine, ...arrangement });
}

test('cancelling sends SIGINT to the step, skips ordinary steps and runs always() and cancelled() ones', async (t) => {
  const seen = await cancelled(
    t,
    `- run: trap 'echo interrupted; exit 0' INT; echo ready; while :; do sleep 0.05; done
- run: echo never
- { run: echo at-end, if: always() }
- { run: echo on-cancel, if: cancelled() }
- { run: echo no, if: failure() }`,
  );
  assert.equal(seen.result.conclusion, 'cancelled');
  assert.deepEqual(
    seen.steps.map((step) => step.conclusion),
    ['success', 'cancelled', 'skipped', 'success', 'success', 'skipped', 'success'],
  );
  for (const line of ['interrupted', 'at-end', 'on-cancel']) assert.ok(seen.lines.includes(line), line);
  assert.match(seen.annotations[0]?.message ?? '', /operation was canceled/);
});

test('a step that ignores SIGINT and SIGTERM is killed with its children', async (t) => {
  const mark = `mark-${randomUUID()}`;
  const seen = await cancelled(
    t,
    `- run: trap '' INT TERM; (exec -a ${mark} sleep 300) & echo ready; wait; exec -a ${mark} sleep 300`,
  );
  assert.equal(seen.result.conclusion, 'cancelled');
  assert.deepEqual(processesWith(mark), []);
});

test('SIGINT goes to the entry process only: a child gets it when the script called it by exec', async (t) => {
  const script = "trap 'echo child-interrupted; exit 0' INT; echo ready; while :; do sleep 0.05; done";
  const files = { 'child.sh': script };
  const direct = await cancelled(t, '- uses: actions/checkout@v7\n- run: exec bash child.sh', { files });
  assert.ok(direct.lines.includes('child-interrupted'));
  const below = await cancelled(t, '- uses: actions/checkout@v7\n- run: bash child.sh; echo afterwards', {
    files,
  });
  assert.ok(!below.lines.includes('child-interrupted'));
});

test('a running always() step is not interrupted', async (t) => {
  const seen = await cancelled(
    t,
    '- { run: "echo ready; sleep 0.2; echo finished", if: always() }\n- run: echo never',
  );
  assert.equal(seen.result.conclusion, 'cancelled');
  assert.ok(seen.lines.includes('finished') && !seen.lines.includes('never'));
});

const composite = (steps: string): string =>
  `name: x\ndescription: y\nruns:\n  using: composite\n  steps:\n${steps.replace(/^/gm, '    ')}\n`;
const embedded =
  composite(`- { shell: bash, if: "success() && !cancelled()", run: "trap 'echo interrupted; exit 0' INT; echo ready; while :; do sleep 0.05; done" }
- { shell: bash, if: always(), run: "exec '${process.execPath}' -e 'setTimeout(() => console.log(\`embedded-end\`), 400)'" }`);

test('an always() step inside a composite action is interrupted too, unless the using step still holds', async (t) => {
  const files = { 'a/action.yml': embedded };
  const ordinary = await cancelled(t, '- uses: actions/checkout@v7\n- uses: ./a', { files });
  assert.ok(ordinary.lines.includes('interrupted') && !ordinary.lines.includes('embedded-end'));
  assert.equal(ordinary.result.conclusion, 'cancelled');
  const kept = await cancelled(
    t,
    '- uses: actions/checkout@v7\n- { uses: ./a, if: success() || cancelled() }',
    { files },
  );
  assert.ok(kept.lines.includes('interrupted') && kept.lines.includes('embedded-end'));
  assert.equal(kept.result.conclusion, 'cancelled');
});

test('a job out of time is cancelled', async (t) => {
  const seen = await run(
    t,
    workflowOf(
      'timeout-minutes: 0.003\nsteps:\n  - run: exec sleep 300\n  - { run: echo at-end, if: always() }',
    ),
    { grace },
  );
  assert.equal(seen.result.conclusion, 'cancelled');
  assert.ok(seen.lines.includes('at-end'));
  assert.match(
    seen.annotations.at(-1)?.message ?? '',
    /exceeded the maximum execution time of 0.003 minutes/,
  );
});

test('no process outlives the job, not even one that left the group or dropped its environment', async (t) => {
  const mark = `mark-${randomUUID()}`;
  const seen = await run(
    t,
    `- run: |
    bash -c 'exec -a ${mark}-a sleep 300' &
    setsid bash -c 'exec -a ${mark}-b sleep 300' &
    env -i PATH="$PATH" bash -c 'exec -a ${mark}-c sleep 300' > /dev/null 2>&1 &
    echo started
- run: ps -eo args= | grep -c "^${mark}"`,
  );
  assert.equal(seen.result.conclusion, 'success');
  assert.ok(seen.lines.includes('3'), 'they live on from step to step');
  assert.deepEqual(processesWith(mark), []);
  assert.equal(seen.lines.filter((line) => line.startsWith('Terminate orphan process')).length, 3);
});

test('the folders of a cancelled job are removed', async (t) => {
  const temporary = folderFor(t);
  await cancelled(t, '- run: echo ready; exec sleep 300', { temporary });
  const { readdir } = await import('node:fs/promises');
  assert.deepEqual(await readdir(temporary), []);
});
