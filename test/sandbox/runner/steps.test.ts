import assert from 'node:assert/strict';
import test from 'node:test';
import { run, workflowOf } from './harness.ts';

test('steps share a workspace that is empty at first and gone afterwards', async (t) => {
  const seen = await run(t, '- run: ls -A | wc -l && touch left && pwd\n- run: test -f left');
  assert.equal(seen.result.conclusion, 'success');
  assert.ok(seen.lines.includes('0'));
  const workspace = seen.lines.find((line) => line.endsWith('/shop/shop')) ?? '';
  await assert.rejects(
    import('node:fs/promises').then(({ stat }) => stat(workspace)),
    { code: 'ENOENT' },
  );
});

test('a script ends at its first failing command, and bash by name also at a failing pipe', async (t) => {
  const seen = await run(
    t,
    `- { id: a, run: "false; echo not-a", continue-on-error: true }
- { id: b, run: "false | cat; echo got-b" }
- { id: c, run: "false | cat; echo not-c", shell: bash, continue-on-error: true }
- { id: d, run: "echo $0 $-", shell: sh }
- { id: e, run: "print('got-e')", shell: "python3 -I {0}" }
- { run: "echo \${{ steps.a.outcome }}/\${{ steps.a.conclusion }}/\${{ steps.c.outcome }}" }`,
  );
  assert.equal(seen.result.conclusion, 'success');
  for (const absent of ['not-a', 'not-c']) assert.ok(!seen.lines.includes(absent), absent);
  for (const present of ['got-b', 'got-e', 'failure/success/failure'])
    assert.ok(seen.lines.includes(present), present);
});

test('an unknown shell and a command that does not exist fail the step in words', async (t) => {
  const seen = await run(
    t,
    '- { run: echo, shell: fish }\n- { run: echo, shell: "nosuchshell {0}", if: always() }',
  );
  assert.deepEqual(
    seen.steps.map((step) => step.conclusion),
    ['success', 'failure', 'failure', 'success'],
  );
  assert.match(seen.annotations[0]?.message ?? '', /Invalid shell option "fish"/);
  assert.match(seen.annotations[1]?.message ?? '', /trying to start process 'nosuchshell'.*ENOENT/);
});

test('later steps are skipped after a failure, except those whose `if` asks for failure or always', async (t) => {
  const seen = await run(
    t,
    '- run: exit 7\n- run: echo never\n- { run: echo on-failure, if: failure() }\n- { run: echo at-end, if: always() }\n- { run: echo no, if: cancelled() }',
  );
  assert.equal(seen.result.conclusion, 'failure');
  assert.deepEqual(
    seen.steps.map((step) => step.conclusion),
    ['success', 'failure', 'skipped', 'success', 'success', 'skipped', 'success'],
  );
  assert.equal(seen.annotations[0]?.message, 'Process completed with exit code 7.');
});

test('what a step writes to the command files reaches the following steps and the summary', async (t) => {
  const seen = await run(
    t,
    `- id: first
  run: |
    echo "plain=one" >> "$GITHUB_OUTPUT"
    { echo 'long<<END'; echo 'two'; echo 'a=b'; echo END; } >> "$GITHUB_OUTPUT"
    { echo 'GREETING<<X'; echo hello; echo X; echo 'NODE_OPTIONS=--require evil'; } >> "$GITHUB_ENV"
    mkdir bin && printf '#!/bin/sh\\necho from-bin' > bin/mine && chmod +x bin/mine
    echo "$PWD/bin" >> "$GITHUB_PATH"
    echo '# Title' >> "$GITHUB_STEP_SUMMARY"
- run: |
    echo '[\${{ steps.first.outputs.plain }}] [\${{ toJSON(steps.first.outputs.long) }}]'
    echo "$GREETING \${{ env.GREETING }} node=$NODE_OPTIONS"
    mine`,
  );
  assert.equal(seen.result.conclusion, 'success');
  for (const line of ['[one] ["two\\na=b"]', 'hello hello node=', 'from-bin'])
    assert.ok(seen.lines.includes(line), line);
  assert.deepEqual(seen.summaries, ['# Title\n']);
  assert.match(seen.annotations[0]?.message ?? '', /Can't store NODE_OPTIONS/);
});

test('a malformed command file fails the step although its command succeeded', async (t) => {
  const seen = await run(t, '- run: echo "no equals sign" >> "$GITHUB_OUTPUT"');
  assert.equal(seen.result.conclusion, 'failure');
  assert.deepEqual(
    seen.annotations.map((each) => each.message),
    ["Unable to process file command 'output' successfully.", "Invalid format 'no equals sign'"],
  );
});

test('a summary above one MiB is refused with an annotation and does not fail the step', async (t) => {
  const seen = await run(t, '- run: head -c 1048577 /dev/zero | tr "\\\\0" x >> "$GITHUB_STEP_SUMMARY"');
  assert.equal(seen.result.conclusion, 'success');
  assert.deepEqual(seen.summaries, []);
  assert.match(seen.annotations[0]?.message ?? '', /content up to a size of 1024k, got 1024k/);
});

test('`env` of workflow, job and step hide each other in this order, and GITHUB_ENV hides workflow and job', async (t) => {
  const workflow = workflowOf(
    `env: { B: job, C: job, FROM: "\${{ github.repository }}" }
steps:
  - run: echo "$A $B $C $FROM"
    env: { C: step }
  - run: echo "B=file" >> "$GITHUB_ENV"
  - run: echo "$A $B $C"`,
    'on: push\nenv: { A: workflow, B: workflow }',
  );
  const seen = await run(t, workflow);
  assert.ok(seen.lines.includes('workflow job step acme/shop'));
  assert.ok(seen.lines.includes('workflow file job'));
});

test('defaults.run gives shell and folder to steps that name none', async (t) => {
  const workflow = workflowOf(
    'defaults: { run: { working-directory: sub } }\nsteps:\n  - { run: mkdir sub, working-directory: . }\n  - run: basename "$PWD"; echo "$0"\n  - { run: basename "$PWD", working-directory: /tmp }',
    'on: push\ndefaults: { run: { shell: "sh -e {0}" } }',
  );
  const seen = await run(t, workflow);
  assert.ok(seen.lines.includes('sub') && seen.lines.includes('tmp'));
  assert.ok(seen.lines.includes('shell: sh -e {0}'));
});

test('a step out of time is interrupted and fails, and the job goes on to its always() steps', async (t) => {
  const seen = await run(
    t,
    '- { id: slow, run: exec sleep 600, timeout-minutes: 0.002 }\n- { run: echo after, if: always() }',
    {
      grace: { interrupt: 50, terminate: 50 },
    },
  );
  assert.equal(seen.result.conclusion, 'failure');
  assert.match(seen.annotations[0]?.message ?? '', /'slow' has timed out after 0.002 minutes/);
  assert.ok(seen.lines.includes('after'));
});

test('a step whose condition or environment cannot be evaluated fails with the reason', async (t) => {
  const seen = await run(t, '- { run: echo no, if: "fromJSON(env.NOPE) == 1" }');
  assert.equal(seen.result.conclusion, 'failure');
  assert.match(seen.annotations[0]?.message ?? '', /cannot be evaluated/);
});
