import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import pg from 'pg';
import { type Report, reportSchema } from '../../src/report/schema.ts';
import { type SandboxPostgres, startPostgres } from '../../src/sandbox/postgres.ts';
import { runSuite } from '../../src/suite/run.ts';
import { commandStep, type Step } from '../../src/suite/steps.ts';
import { load, text } from '../policy/actions.ts';

const root = path.join(import.meta.dirname, '../..');
const policy = (disposable: boolean) =>
  load(
    text(`version: 1
default: allow
targets: { shop: { postgres: { env: DATABASE_URL }, disposable: ${disposable} } }
rules:
  - id: one-email
    on: { sql: { operation: [insert, update], table: people } }
    check: [{ unique: { key: [email] } }]
`),
  );

let db: SandboxPostgres;
before(async () => {
  db = await startPostgres();
});
after(() => db.stop());

async function direct(...statements: string[]): Promise<void> {
  const client = new pg.Client(db.url);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** A step that sends statements one by one, whatever becomes of them. */
function sending(id: string, ...statements: string[]): Step {
  const program = `import pg from 'pg';
const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
for (const statement of ${JSON.stringify(statements)}) await client.query(statement).catch(() => {});
await client.end();`;
  const argv = [process.execPath, '--input-type=module', '-e', program];
  const [step] = commandStep(argv);
  assert.ok(step !== undefined);
  return { ...step, id, run: id };
}

/** One attempt of a job, as the action runs it; its report has been through the artifact. */
async function attempt(
  number: number,
  steps: readonly Step[],
  earlier: Report | null,
  disposable = false,
): Promise<Report> {
  const report = await runSuite({
    policy: policy(disposable),
    policySources: [],
    steps,
    parallel: 1,
    cwd: root,
    root,
    environment: { ...process.env, DATABASE_URL: db.url },
    run: {
      repository: 'acme/shop',
      event: 'pull_request',
      workflow: null,
      runId: 1,
      attempt: number,
      job: 'test-0-jit',
      checkRunId: null,
      head: 'a'.repeat(40),
      base: 'main',
      pullRequest: 7,
    },
    author: 'octocat',
    headBranch: 'topic',
    grants: { find: async () => ({ kind: 'none', problem: null }) },
    earlier,
    skipPassed: true,
    readFile: async () => ({ known: false, why: 'there is none' }),
    secrets: [],
    notices: [],
    approveHint: (id) => `/approve ${id}`,
    progress: { stepStarted() {}, stepEnded() {}, flagged() {} },
    now: Date.now,
    signal: new AbortController().signal,
    version: '0.0.0',
  });
  return reportSchema.parse(JSON.parse(JSON.stringify(report)));
}

const insert = (...emails: string[]) =>
  `insert into people (email) values ${emails.map((email) => `('${email}')`).join(', ')}`;
const words = (report: Report) =>
  report.flagged.map(({ outcome, checks }) => `${outcome}: ${checks[0]?.met}`);
const fails = 'insert into nowhere values (1)';

suite('a key that an earlier attempt wrote', () => {
  test('is held, not denied, in the step that wrote it, and denied in every other', async () => {
    await direct('drop table if exists people', 'create table people (email text)', insert('before@x'));
    const first = await attempt(
      1,
      [sending('api', insert('a@x'), insert('b@x', 'c@x'), insert('before@x'))],
      null,
    );
    assert.deepEqual(words(first), ['denied: a row of the table has it']);
    assert.deepEqual(
      first.written?.map(({ step, keys }) => [step, keys.length]),
      [['api', 3]],
    );
    assert.doesNotMatch(JSON.stringify(first.written), /@x/, 'digests, never values');

    const again = [insert('a@x'), insert('c@x', 'd@x'), insert('before@x'), insert('a@x', 'before@x')];
    const second = await attempt(2, [sending('api', ...again), sending('other', insert('b@x'))], first);
    const held = 'held: a row of the table has it, and this step wrote it in an earlier attempt of this job';
    const denied = 'denied: a row of the table has it';
    assert.deepEqual(words(second), [held, held, denied, denied, denied]);
    assert.deepEqual(
      second.steps.map(({ status }) => status),
      ['denied', 'denied'],
    );
  });

  test('is remembered over an attempt that skips its step', async () => {
    await direct('drop table if exists people', 'create table people (email text)');
    const steps = (...more: string[]) => [sending('api', insert('a@x')), sending('late', ...more)];
    const first = await attempt(1, steps(insert('b@x', 'b@x')), null);
    const second = await attempt(2, steps(insert('c@x', 'c@x')), first);
    assert.equal(second.steps[0]?.status, 'skipped');
    const third = await attempt(3, [sending('api', insert('a@x'))], { ...second, result: 'passed' });
    assert.match(words(third).join(), /^held: .* earlier attempt/);
  });

  test('is one that was committed: what was rolled back and failed is nobody’s', async () => {
    await direct('drop table if exists people', 'create table people (email text)');
    const statements = [
      ...['begin', insert('undone@x'), 'rollback'],
      ...['begin', insert('failed@x'), fails, 'commit'],
      ...['begin', insert('kept@x'), 'savepoint s', insert('back@x'), 'rollback to s', 'commit'],
    ];
    const first = await attempt(1, [sending('api', ...statements)], null);
    assert.equal(first.written?.[0]?.keys.length, 1);
    await direct(insert('undone@x', 'failed@x', 'back@x'));
    const second = await attempt(
      2,
      [sending('api', ...['undone@x', 'failed@x', 'back@x', 'kept@x'].map((email) => insert(email)))],
      // every step of it runs again
      { ...first, result: 'passed' },
    );
    assert.deepEqual(
      words(second).map((word) => word.split(':')[0]),
      ['denied', 'denied', 'denied', 'held'],
    );
  });

  test('is not kept where the database is thrown away with the attempt', async () => {
    await direct('drop table if exists people', 'create table people (email text)');
    assert.equal((await attempt(1, [sending('api', insert('a@x'))], null, true)).written, undefined);
  });
});
