import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { follow } from '../../../../src/sandbox/demo/own/follow.ts';
import { openOwnPull } from '../../../../src/sandbox/demo/own/play.ts';
import { readOwnProject } from '../../../../src/sandbox/demo/own/project.ts';
import { openOwnStage } from '../../../../src/sandbox/demo/own/stage.ts';
import { valueLine } from '../../../../src/sandbox/demo/own/values.ts';
import { until } from '../../../../src/sandbox/demo/until.ts';

const root = path.resolve(import.meta.dirname, '../../../..');

const policy = `version: 1
app: 4711
workflows: [tests.yml]
default: allow
targets:
  db: { postgres: { env: DATABASE_URL } }
  mail: { http: { env: MAIL_URL } }
suite:
  steps:
    - { id: prepare, run: node prepare.mjs }
    - { id: remove, needs: [prepare], run: node remove.mjs }
rules:
  - id: deletes
    on: { sql: { operation: delete, target: db } }
    hold: { reason: Deletes rows }
`;
const workflow = `on: pull_request
permissions: { contents: read, checks: read, pull-requests: read }
jobs:
  tests:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - uses: jit-approval/jit-approval@v1
        env: { DATABASE_URL: "\${{ secrets.DATABASE_URL }}", MAIL_URL: "\${{ vars.MAIL_URL }}" }
`;
const connect = `import pg from 'pg';
const db = new pg.Client({ connectionString: process.env.DATABASE_URL });
await db.connect();
`;
const suite = {
  'prepare.mjs': `${connect}
await db.query('CREATE TABLE IF NOT EXISTS users (id int PRIMARY KEY)');
await db.query('INSERT INTO users VALUES (7) ON CONFLICT DO NOTHING');
await db.end();
if (!(await fetch(process.env.MAIL_URL)).ok) throw new Error('no mail');
`,
  'remove.mjs': `${connect}
try { await db.query('DELETE FROM users WHERE id = 7'); } finally { await db.end(); }
`,
};

function folderWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'jit-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

const whole = {
  ...suite,
  '.github/jit-approval.yml': policy,
  '.github/workflows/tests.yml': workflow,
};

async function mailAddress(t: TestContext): Promise<string> {
  const server = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return `http://127.0.0.1:${address.port}`;
}

for (const app of [4711, null]) {
  test(`a repository of one's own is held, approved by comment and run again ${app === null ? 'without' : 'with'} the App`, async (t) => {
    const text = app === null ? policy.replace(/^app: .*\n/m, '') : policy;
    const folder = folderWith(t, { ...whole, '.github/jit-approval.yml': text });
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    const project = await readOwnProject(folder, { MAIL_URL: await mailAddress(t) });
    const told: string[] = [];
    const tell = (line: string) => void told.push(line);
    await using stage = await openOwnStage(project, { port: 0, tell });
    const { sandbox } = stage;
    assert.equal(stage.app === null, app === null);
    const pull = await openOwnPull(sandbox, project);
    const ended = new AbortController();
    t.after(() => ended.abort());
    const following = follow(sandbox, project, pull, { tell, ended: ended.signal });
    const said = (pattern: RegExp) => until(String(pattern), () => pattern.exec(told.join('\n')), 180_000);
    const [, id = ''] = await said(/\/approve (\w+)/);
    assert.equal(
      id.length === 26,
      app === null,
      'the long id is for where no App keeps what a short one stands for',
    );
    await said(/attempt 1 of \.github\/workflows\/tests\.yml ended: failure \(prepare passed, remove held\)/);
    sandbox.act.comment('grace', pull, `/approve ${id}`);
    if (app === null) {
      const [run] = sandbox.read.runs(project.repository);
      assert.ok(run);
      assert.match(told.join('\n'), /press "Re-run failed jobs"/);
      sandbox.act.rerun('grace', run.id, 'failed');
    }
    await said(/attempt 2 .*ended: success \(.*remove passed/);
    if (app !== null)
      await said(/JIT approval: main: one runtime action approved|JIT approval: main: 1 .*approved/);
    ended.abort();
    await following;
    assert.deepEqual(sandbox.violations, []);
  });
}

test('a run that fails before anything is held is told with the end of its log', async (t) => {
  const folder = folderWith(t, {
    ...whole,
    '.github/workflows/tests.yml': workflow.replace(
      '      - uses: jit',
      '      - run: echo no lockfile here; exit 3\n      - uses: jit',
    ),
  });
  const project = await readOwnProject(folder, { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' });
  const told: string[] = [];
  const tell = (line: string) => void told.push(line);
  await using stage = await openOwnStage(project, { port: 0, tell });
  const pull = await openOwnPull(stage.sandbox, project);
  const ended = new AbortController();
  t.after(() => ended.abort());
  const following = follow(stage.sandbox, project, pull, { tell, ended: ended.signal });
  const [words] = await until('the end is told', () => /nothing was held.*/s.exec(told.join('\n')));
  assert.match(
    words,
    /^nothing was held; what went wrong:\n {2}no lockfile here\n.*exit code 3\.\n.*actions\/runs\/\d+\/job\/\d+/,
  );
  ended.abort();
  await following;
});

test('what the workflows read comes from the environment, else from a PostgreSQL that the policy declares', async (t) => {
  const folder = folderWith(t, whole);
  const lines = async (environment: Record<string, string>) =>
    (await readOwnProject(folder, environment)).values.map(valueLine);
  const [database, mail] = await lines({ MAIL_URL: 'http://127.0.0.1:9/secret' });
  assert.match(database ?? '', /^secrets\.DATABASE_URL is the demo's own, empty PostgreSQL/);
  assert.match(mail ?? '', /^vars\.MAIL_URL is \$MAIL_URL of your environment/);
  const [own, none] = await lines({ DATABASE_URL: 'postgresql://me:secret@db/shop' });
  assert.match(own ?? '', /\$DATABASE_URL of your environment/);
  assert.match(none ?? '', /vars\.MAIL_URL is empty/);
  assert.doesNotMatch([mail, own].join(), /secret@|\/secret/);
});

for (const [what, files, words] of [
  ['no policy', { 'a.txt': '' }, /has no \.github\/jit-approval\.yml.*init/],
  [
    'a policy with a mistake',
    { ...whole, '.github/jit-approval.yml': policy.replace('rules:', 'ruels:') },
    /jit-approval\.yml:\d+:1 {2}unknown key "ruels"; did you mean "rules"/,
  ],
  [
    'no workflow that uses the action',
    { '.github/jit-approval.yml': policy },
    /No workflow .* uses jit-approval\/jit-approval@v1.*README/,
  ],
] as const) {
  test(`a folder with ${what} is refused with what to do`, async (t) => {
    const folder = folderWith(t, files);
    await assert.rejects(readOwnProject(folder, {}), { code: 'OWN_REPOSITORY', message: words });
  });
}

test('what is no folder is refused', async () => {
  await assert.rejects(readOwnProject('/nowhere/at/all', {}), { message: /is no folder/ });
});
