import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { reportSchema } from '../../src/report/schema.ts';
import { startPostgres } from '../../src/sandbox/postgres.ts';
import { cli, folderWith, jit } from './help.ts';

const policyFile = '.github/jit-approval.yml';
const server = await startPostgres();
after(() => server.stop());

const read = (cwd: string, file = policyFile) => readFileSync(path.join(cwd, file), 'utf8');

const repository = {
  'package.json':
    '{"scripts":{"db:migrate":"m","migrate:make":"x","pretest:e2e":"p","test:integration":"t","lint":"l"}}',
  '.env.example':
    'DATABASE_URL=postgres://app:pa55word@db/app\nexport STRIPE_SECRET_KEY="sk_live_x"\nREDIS_URL=redis://r\n',
  'docker-compose.yml': 'services: { api: { environment: ["LEDGER_URL=https://ledger.test/"] } }\n',
  '.github/workflows/ci.yml':
    'jobs: { a: { services: { db: { image: "postgres:18" } }, env: { AUDIT_DB: "postgresql://x" } } }\n',
  '.github/workflows/lint.yml': 'jobs: {}\n',
};

describe('jit-approval init', () => {
  test('writes a valid, commented policy for what the repository shows, and no value of it', async () => {
    const cwd = folderWith(repository);
    const { code, out, err } = await jit(['init'], { cwd });
    assert.equal(code, 0, err);
    assert.deepEqual(
      out.split('\n').filter((line) => line.length > 80),
      [],
    );
    assert.deepEqual(
      out.split('\n').filter((line) => line.startsWith('  jit-approval')),
      [
        '  jit-approval run --report report.json -- npm test',
        '  jit-approval init --from report.json --output learnt.yml',
      ],
    );
    const text = read(cwd);
    for (const expected of [
      /^# yaml-language-server: \$schema=https:\/\/\S+\/jit-approval\.schema\.json$/m,
      /^guards: \{ target-identity: true \}$/m,
      /^mode: record$/m,
      /^default: allow$/m,
      /^workflows: \[ci\.yml\]$/m,
      /id: db-migrate, run: "npm run db:migrate"/,
      /id: test-integration/,
      /database: \{ postgres: \{ env: DATABASE_URL \}/,
      /audit-db: \{ postgres: \{ env: AUDIT_DB \}/,
      /ledger: \{ http: \{ env: LEDGER_URL \} \}/,
      /stripe: \{ http: \{ host: api\.stripe\.com \} \}/,
      /# REDIS_URL: there is no gate for it/,
      /unless: \['run\.step == "db-migrate"'\]/,
    ]) {
      assert.match(text, expected);
    }
    assert.doesNotMatch(text + out, /pa55word|sk_live|migrate:make|pretest|lint/);
    assert.equal((await jit(['check'], { cwd })).code, 0);
  });

  test('a file that exists is left alone, whatever is asked', async () => {
    const cwd = folderWith({ [policyFile]: 'mine' });
    const refused = await jit(['init'], { cwd });
    assert.equal(refused.code, 1);
    assert.match(refused.err, /exists and was left alone/);
    assert.equal(read(cwd), 'mine');
    assert.equal((await jit(['init', '--force'], { cwd })).code, 64);
  });

  test('an empty repository gets one too, and --json says what was found', async () => {
    const cwd = folderWith({});
    const { code, out } = await jit(['init', '--json', '--output', 'p.yml'], { cwd });
    assert.equal(code, 0);
    assert.deepEqual([JSON.parse(out).file, JSON.parse(out).found.postgres], ['p.yml', []]);
    assert.equal((await jit(['check', 'p.yml'], { cwd })).code, 0);
  });

  test('Prisma, Drizzle and Knex say which variable holds the database, and migrate it', async () => {
    const scripts = '{"test:integration":"t","migrate:dev":"d"}';
    for (const [tool, file, text, run] of [
      [
        'prisma',
        'prisma/schema.prisma',
        'datasource db {\n provider = "postgresql"\n url = env("APP_DB_URL")\n}',
        'npx prisma migrate deploy',
      ],
      [
        'drizzle-kit',
        'drizzle.config.ts',
        "export default { dialect: 'postgresql', dbCredentials: { url: process.env.APP_DB_URL } }",
        'npx drizzle-kit migrate',
      ],
      [
        'knex',
        'knexfile.js',
        "module.exports = { client: 'pg', connection: process.env['APP_DB_URL'] }",
        'npx knex migrate:latest',
      ],
    ] as const) {
      const json = `{"scripts":${scripts},"devDependencies":{"${tool}":"1"}}`;
      const cwd = folderWith({ 'package.json': json, [file]: text });
      assert.equal((await jit(['init'], { cwd })).code, 0);
      assert.match(read(cwd), /app-db: \{ postgres: \{ env: APP_DB_URL \}/);
      assert.ok(read(cwd).includes(`{ id: migrate, run: "${run}" }`), read(cwd));
      assert.match(read(cwd), /unless: \['run\.step == "migrate"'\]/);
      assert.equal((await jit(['check'], { cwd })).code, 0);
    }
  });

  test('without a workflow, what a script of package.json sets before its command is found', async () => {
    const scripts = {
      test: 'DATABASE_URL="postgres://me:pa55word@db/app" cross-env LEDGER_URL=http://l.test node --test',
      site: 'serve --SITE_URL=http://localhost:3000',
    };
    const cwd = folderWith({ 'package.json': JSON.stringify({ scripts }) });
    const { out } = await jit(['init'], { cwd });
    assert.match(out, /^Systems found: DATABASE_URL, LEDGER_URL$/m);
    assert.match(read(cwd), /database: \{ postgres: \{ env: DATABASE_URL \}/);
    assert.doesNotMatch(read(cwd), /pa55word|SITE_URL/);
  });

  test('a database for which there is no gate is named, not guarded', async () => {
    const schema = 'datasource db {\n provider = "mysql"\n url = env("APP_DB_URL")\n}';
    const cwd = folderWith({ 'prisma/schema.prisma': schema });
    const { out } = await jit(['init'], { cwd });
    assert.match(out, /No gate for: APP_DB_URL/);
    assert.doesNotMatch(read(cwd), /env: APP_DB_URL/);
  });

  test('examples/shop without its policy gets its database, its payments and its workflow', async () => {
    const cwd = folderWith({});
    cpSync(path.resolve(import.meta.dirname, '../../examples/shop'), cwd, { recursive: true });
    rmSync(path.join(cwd, policyFile));
    assert.equal((await jit(['init'], { cwd })).code, 0);
    assert.match(read(cwd), /env: DATABASE_URL/);
    assert.match(read(cwd), /env: PAYMENTS_URL/);
    assert.match(read(cwd), /^workflows: \[integration\.yml\]$/m);
    assert.equal((await jit(['check'], { cwd })).code, 0);
  });

  test('hostile names make no other policy than a valid one', async () => {
    const scripts = JSON.stringify({
      scripts: { 'migrate": { x }': '', 'e2e #': '', 'e2e\n': '', 'e2e ': '', '9 e2e': '' },
    });
    const workflow = 'env: { DATABASE_URL: "postgres://" }\n# e2e\n';
    const cwd = folderWith({ 'package.json': scripts, ".github/workflows/a, b: ['].yml": workflow });
    const { code, err } = await jit(['init'], { cwd });
    assert.equal(code, 0, err);
    assert.equal((await jit(['check'], { cwd })).code, 0);
  });

  test('broken files tell nothing and stop nothing', async () => {
    const cwd = folderWith({ 'package.json': '{', 'compose.yaml': 'a: [', '.env': '=\u0000\n' });
    assert.equal((await jit(['init'], { cwd })).code, 0);
  });
});

describe('jit-approval init --from', () => {
  const recording = `version: 1
mode: record
default: allow
targets:
  shop: { postgres: { env: DATABASE_URL }, disposable: false }
rules:
  - id: deletes
    on: { sql: { operation: delete } }
    hold: { reason: Deletes rows }
`;
  const suite = `
import pg from '${import.meta.resolve('pg')}';
const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
await client.query('CREATE TABLE IF NOT EXISTS learnt (id int, "e Mail" text)');
await client.query('BEGIN');
await client.query('INSERT INTO learnt VALUES ($1, $2)', [1, 'a@b.test']);
await client.query('COMMIT');
await client.query('SELECT * FROM public.learnt WHERE id = $1', [1]);
await client.query('DELETE FROM learnt WHERE id = 1');
await client.end();
`;

  test('allows what the run did, and leaves for people what was flagged', async () => {
    const cwd = folderWith({ [policyFile]: recording, 'suite.mjs': suite });
    const env = { DATABASE_URL: server.url };
    const guard = `"${process.execPath}" "${cli}" guard --kind deploy -- echo 'a (b) *'`;
    const command = `"${process.execPath}" suite.mjs && ${guard}`;
    const ran = await jit(['run', '--report', 'r.json', '--', 'sh', '-c', command], {
      cwd,
      env,
    });
    assert.equal(ran.code, 0, ran.err);
    const report = reportSchema.parse(JSON.parse(read(cwd, 'r.json')));
    assert.deepEqual(
      report.flagged.map(({ outcome }) => outcome),
      ['would-hold'],
    );
    const made = await jit(['init', '--from', 'r.json', '--output', 'new.yml'], { cwd });
    assert.equal(made.code, 0, made.err);
    const text = read(cwd, 'new.yml');
    assert.match(text, /^default: hold$/m);
    assert.match(text, /sql: \{ target: shop, operation: insert, table: \[public\.learnt\] \}/);
    assert.doesNotMatch(text, /operation: delete|a@b\.test/);
    assert.match(text, /^# Flagged, and left without a rule so that they wait for people: 1\.$/m);
    // what it says next is done as it is printed
    const next = /^ {2}jit-approval (replay .*)$/m.exec(made.out)?.[1] ?? '';
    assert.equal(next, 'replay r.json --policy new.yml');
    assert.doesNotMatch(made.out, /init --from|undefined/);
    const again = await jit(next.split(' '), { cwd });
    assert.equal(again.code, 0, `${again.out}${again.err}\n${text}`);
  });

  test('a report without records is refused', async () => {
    const cwd = folderWith({ [policyFile]: 'version: 1\ndefault: allow\n' });
    await jit(['run', '--report', 'r.json', '--', 'true'], { cwd });
    const { code, err } = await jit(['init', '--from', 'r.json', '--output', 'n.yml'], { cwd });
    assert.equal(code, 78);
    assert.match(err, /recorded no runtime action/);
  });
});
