import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import pg from 'pg';
import {
  answerTo,
  finished,
  gate,
  heldChecks,
  idOf,
  openPull,
  reportOf,
  runOf,
} from '../../src/sandbox/demo/scenes.ts';
import { openStage, type Stage } from '../../src/sandbox/demo/stage.ts';
import { until } from '../../src/sandbox/demo/until.ts';
import type { Pull } from '../../src/sandbox/model.ts';

/** The suite deletes one cart; the rule lets the call wait for people, over the running job's own line to the App. */
const cleanup = `import { test } from 'node:test';
import pg from 'pg';

test('deletes the cart of one customer', async () => {
  const client = new pg.Client(process.env.DATABASE_URL);
  await client.connect();
  try {
    await client.query('DELETE FROM carts WHERE customer = $1', ['ada@shop.example']);
  } finally {
    await client.end();
  }
});
`;
const changes = {
  'test/cleanup.test.js': cleanup,
  'test/checkout.test.js': "import { test } from 'node:test';\ntest('nothing', () => {});\n",
};
const example = (file: string) =>
  readFileSync(path.resolve(import.meta.dirname, '../../examples/shop', file), 'utf8');
const policyFile = '.github/jit-approval.yml';
const workflowFile = '.github/workflows/integration.yml';

function files({ wait = '5m', tokens = true } = {}): Record<string, string> {
  const reason = 'reason: Deletes rows of the database that all teams share';
  const permission = tokens ? '\n  id-token: write # prove to the App which job it is\n' : '\n';
  return {
    [policyFile]: example(policyFile).replace(reason, `${reason}, wait: ${wait}`),
    [workflowFile]: `${example(workflowFile).replace(/\n {2}checks: read.*\n/, (line) => `${line.trimEnd()}${permission}`)}        with:\n          app-url: \${{ vars.JIT_APPROVAL_URL }}\n`,
  };
}

async function carts({ databaseUrl }: Stage): Promise<string[]> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ customer: string }>('SELECT customer FROM carts ORDER BY customer');
    return rows.map((row) => row.customer);
  } finally {
    await client.end();
  }
}

/** The pull request, and the id of the action that its running job waits for. */
async function waiting({ sandbox }: Stage): Promise<{ readonly pull: Pull; readonly id: string }> {
  const pull = await openPull(sandbox, changes);
  const check = await until('the waiting action has its check', () => heldChecks(sandbox, pull)[0]);
  assert.match(check.summary ?? '', /claimed by the running job/);
  assert.equal(runOf(sandbox)?.attempts[0]?.status, 'in_progress');
  return { pull, id: idOf(check) };
}

const logOf = ({ sandbox }: Stage) => runOf(sandbox)?.attempts[0]?.jobs[0]?.log.join('\n') ?? '';

async function ranOnce(stage: Stage, pull: Pull): Promise<void> {
  const { sandbox } = stage;
  const report = reportOf(sandbox, await finished(sandbox, 1), 1);
  assert.equal(report.result, 'passed', logOf(stage));
  assert.deepEqual(
    report.flagged.map(({ outcome }) => outcome),
    ['granted'],
  );
  await until('the gate is green', () => gate(sandbox, pull)?.conclusion === 'success');
  assert.equal(runOf(sandbox)?.attempts.length, 1, 'nothing was run again');
  assert.deepEqual(await carts(stage), ['grace@shop.example']);
  assert.deepEqual(sandbox.violations, []);
}

suite('a job that waits', () => {
  test('is told of the approval, and the statement runs in the same attempt', async () => {
    await using stage = await openStage({ files: files() });
    const { pull, id } = await waiting(stage);
    const answer = await answerTo(
      stage.sandbox,
      pull,
      stage.sandbox.act.comment('grace', pull, `/approve ${id}`),
    );
    assert.equal(answer.reaction, '+1');
    await ranOnce(stage, pull);
    assert.match(logOf(stage), new RegExp(`${id}\\w*: approved by grace; it runs now`));
  });

  test('outlives the App: killed and started again meanwhile, it hears of the approval all the same', async () => {
    await using stage = await openStage({ files: files() });
    const { pull, id } = await waiting(stage);
    await stage.app().kill();
    await until('the job notices', () => logOf(stage).includes('The connection to the App broke'));
    stage.sandbox.act.comment('grace', pull, `/approve ${id}`);
    await stage.restartApp();
    // GitHub does not repeat the comment's delivery by itself; the App asks for it
    await ranOnce(stage, pull);
  });

  test('is told of a denial, and fails at once', async () => {
    await using stage = await openStage({ files: files() });
    const { pull, id } = await waiting(stage);
    stage.sandbox.act.comment('katherine', pull, `/deny ${id} -- not on staging`);
    const report = reportOf(stage.sandbox, await finished(stage.sandbox, 1), 1);
    assert.equal(report.result, 'denied');
    assert.equal(report.flagged[0]?.deniedBy, 'katherine');
    assert.equal((await carts(stage)).length, 2);
  });

  test('goes on as held when nobody decides in time, and is run again after the approval', async () => {
    await using stage = await openStage({ files: files({ wait: '3s' }) });
    const { sandbox } = stage;
    const pull = await openPull(sandbox, changes);
    const first = reportOf(sandbox, await finished(sandbox, 1), 1);
    assert.equal(first.result, 'held');
    assert.match(logOf(stage), /no decision in time; it goes on as held/);
    const check = await until('the check appears', () => heldChecks(sandbox, pull)[0]);
    await until(
      'nobody claims to wait any more',
      () => !/claimed/.test(heldChecks(sandbox, pull)[0]?.summary ?? ''),
    );
    sandbox.act.comment('grace', pull, `/approve ${idOf(check)}`);
    assert.equal(reportOf(sandbox, await finished(sandbox, 2), 2).result, 'passed');
  });

  test('does not wait without ID tokens, and says so at its start', async () => {
    await using stage = await openStage({ files: files({ tokens: false }) });
    const { sandbox } = stage;
    await openPull(sandbox, changes);
    const report = reportOf(sandbox, await finished(sandbox, 1), 1);
    assert.equal(report.result, 'held');
    assert.ok(
      report.notices.some((notice) =>
        notice.startsWith('Waiting ("wait") is ignored: the job has no ID tokens'),
      ),
    );
    assert.doesNotMatch(logOf(stage), /waits up to/);
  });
});
