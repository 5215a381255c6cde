import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { decidedGrants, noDecisions } from '../../src/approval/decided.ts';
import type { Report } from '../../src/report/schema.ts';
import { runSuite, type SuiteOptions } from '../../src/suite/run.ts';
import { parseSteps } from '../../src/suite/steps.ts';
import { load, text } from '../policy/actions.ts';

/** Steps as a job runs them: real processes behind the real local API. */
const cli = path.resolve(import.meta.dirname, '../../src/cli/main.ts');
const guarded = (words: string) => `node ${cli} guard --kind deploy -- ${words}`;
const head = 'a'.repeat(40);

const policy = load(
  text(`version: 1
default: allow
rules:
  - id: deploy
    on: { command: { name: deploy, argv: ["echo *"] } }
    unless: [ 'run.step == "trusted"' ]
    hold: { reason: Deploys }
`),
);

interface Ran {
  readonly report: Report;
  readonly trace: string;
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'jit-steps-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function ran(folder: string, yaml: string, change: Partial<SuiteOptions> = {}): Promise<Ran> {
  const report = await runSuite({
    policy,
    policySources: [],
    steps: parseSteps(yaml),
    parallel: 1,
    cwd: folder,
    root: folder,
    environment: { PATH: process.env.PATH, TRACE: path.join(folder, 'trace') },
    run: {
      repository: null,
      event: null,
      workflow: null,
      runId: 1,
      attempt: change.earlier ? 2 : 1,
      job: 'job',
      checkRunId: null,
      head,
      base: null,
      pullRequest: null,
    },
    author: null,
    headBranch: null,
    grants: decidedGrants(async () => ({ decisions: noDecisions, problem: null }), Date.now),
    earlier: null,
    skipPassed: true,
    readFile: async () => ({ known: false, why: 'no file' }),
    secrets: [],
    notices: [],
    approveHint: () => '',
    progress: { stepStarted() {}, stepEnded() {}, flagged() {} },
    now: Date.now,
    signal: new AbortController().signal,
    version: '0',
    ...change,
  });
  return { report, trace: traceOf(folder) };
}

function traceOf(folder: string): string {
  try {
    return readFileSync(path.join(folder, 'trace'), 'utf8');
  } catch {
    return '';
  }
}

const ends = ({ report }: Ran) => report.steps.map(({ id, status }) => `${id} ${status}`);

test('a step has an environment and a folder of its own', async (t) => {
  const folder = folderOf(t);
  mkdirSync(path.join(folder, 'api'));
  const { trace } = await ran(
    folder,
    `- { id: a, run: 'echo "$WORD $COUNT $(basename "$PWD")" >> "$TRACE"', env: { WORD: hello, COUNT: 3 }, working-directory: api }
- { id: b, run: 'echo "[$WORD]" >> "$TRACE"' }`,
  );
  assert.equal(trace, 'hello 3 api\n[]\n');
});

test('a folder that is not there fails the step in words', async (t) => {
  const { report } = await ran(folderOf(t), '- { id: a, run: "true", working-directory: nowhere }');
  assert.equal(report.result, 'failed');
  assert.equal(report.steps[0]?.reason, 'there is no folder nowhere');
});

test('a step that takes too long is interrupted with all that it started, and has failed', async (t) => {
  const { report, trace } = await ran(
    folderOf(t),
    `- { id: slow, run: 'trap "echo interrupted >> $TRACE; exit 0" INT; sleep 600 & wait', timeout-minutes: 0.005 }`,
  );
  assert.deepEqual([report.result, report.exitCode], ['failed', 124]);
  assert.equal(report.steps[0]?.reason, 'took longer than 0.01 minutes');
  assert.equal(trace, 'interrupted\n');
});

test('a failure that the step forgives fails neither the suite nor what needs it', async (t) => {
  const all = await ran(
    folderOf(t),
    `- { id: lint, run: 'exit 3', continue-on-error: true }
- { id: test, run: 'true' }`,
  );
  assert.deepEqual(ends(all), ['lint failed', 'test passed']);
  assert.deepEqual([all.report.result, all.report.exitCode], ['passed', 0]);
  assert.match(all.report.steps[0]?.reason ?? '', /continue-on-error/);
});

test('a hold is never forgiven', async (t) => {
  const all = await ran(
    folderOf(t),
    `- { id: deploy, run: '${guarded('echo prod')}', continue-on-error: true }`,
  );
  assert.deepEqual(ends(all), ['deploy held']);
  assert.equal(all.report.exitCode, 75);
});

test('a step cannot set a variable that leads around a gate', async (t) => {
  const variables = ['HTTPS_PROXY', 'https_proxy', 'JIT_APPROVAL_URL', 'GITHUB_TOKEN'];
  for (const name of variables) {
    await assert.rejects(ran(folderOf(t), `- { id: a, run: 'true', env: { ${name}: x } }`), {
      code: 'STEPS',
      message: new RegExp(`Step "a" cannot set ${name}: `),
    });
  }
});

test('before-rerun cleans up in a later attempt, and only where the step ran before', async (t) => {
  const yaml = `- { id: a, run: '${guarded('echo prod')}', before-rerun: 'echo cleaned >> "$TRACE"' }`;
  const folder = folderOf(t);
  const first = await ran(folder, yaml);
  assert.equal(first.trace, '');
  const again = await ran(folder, yaml, { earlier: first.report });
  assert.equal(again.trace, 'cleaned\n');
  const other = `${yaml}\n- { id: b, run: 'true', before-rerun: 'echo never >> "$TRACE"' }`;
  assert.equal((await ran(folder, other, { earlier: again.report })).trace, 'cleaned\ncleaned\n');
});

test('a clean-up that fails fails the step, which is not started', async (t) => {
  const yaml = `- { id: a, run: 'echo ran >> "$TRACE"; ${guarded('echo prod')}', before-rerun: 'exit 9' }`;
  const folder = folderOf(t);
  const first = await ran(folder, yaml);
  const { report, trace } = await ran(folder, yaml, { earlier: first.report });
  assert.equal(trace, 'ran\n');
  assert.deepEqual([report.result, report.exitCode], ['failed', 9]);
  assert.equal(report.steps[0]?.reason, 'before-rerun exited with 9; the step was not started');
});

test('of a held step only the files that caused its holds run again', async (t) => {
  const folder = folderOf(t);
  const yaml = `- { id: a, run: '${guarded('echo prod')} || true', rerun: 'echo {files} >> "$TRACE"' }`;
  const first = await ran(folder, yaml);
  const caused = (files: readonly (string | null)[]): Report => ({
    ...first.report,
    flagged: files.flatMap((file) =>
      first.report.flagged.map((entry) => ({ ...entry, origin: file === null ? null : { file, line: 1 } })),
    ),
  });
  const hostile = "test/it's; rm -rf $HOME.test.js";
  const narrow = await ran(folder, yaml, { earlier: caused(['test/b.test.js', hostile, 'test/b.test.js']) });
  assert.equal(narrow.trace, `test/b.test.js ${hostile}\n`);
  assert.match(narrow.report.steps[0]?.reason ?? '', /^only what was held ran again: /);
  assert.equal(narrow.report.steps[0]?.command, parseSteps(yaml)[0]?.run, 'known by its whole command');
  const whole = await ran(folder, yaml, { earlier: caused(['test/b.test.js', null]) });
  assert.equal(whole.report.result, 'held', 'a cause that is not known could be any file');
});

test('steps that need nothing of each other run at the same time, and each action is known by its step', async (t) => {
  const folder = folderOf(t);
  // each waits for the other's file: one after the other they would never end
  const meet = (mine: string, other: string) =>
    `touch ${mine}; until [ -e ${other} ]; do sleep 0.05; done; ${guarded(`echo ${mine}`)}`;
  const yaml = `- { id: first, needs: [], run: '${meet('x', 'y')}' }
- { id: trusted, needs: [], run: '${meet('y', 'x')}' }
- { id: last, run: 'echo last >> "$TRACE"' }`;
  const all = await ran(folder, yaml, { parallel: 2 });
  assert.deepEqual(ends(all), ['first held', 'trusted passed', 'last passed']);
  assert.deepEqual(
    all.report.flagged.map(({ steps }) => steps),
    [['first']],
  );
  assert.equal(all.trace, 'last\n');
});
