import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { type SandboxPostgres, startPostgres } from '../../src/sandbox/postgres.ts';
import { folderWith, jit } from '../cli/help.ts';

/** The real psql, through the gate that the built command line tool opens. */
const policy = `version: 1
default: allow
targets:
  staging-db: { postgres: { env: DATABASE_URL }, disposable: false }
rules:
  - id: deletes
    on: { sql: { operation: delete, table: "public.*" } }
    hold: { reason: Deletes shared rows }
`;

let server: SandboxPostgres;
before(async () => {
  const { error } = spawnSync('psql', ['--version']);
  if (error !== undefined)
    throw new Error("psql is not installed; .ci/run installs Debian's postgresql-client");
  server = await startPostgres();
  await query('CREATE TABLE users (id int PRIMARY KEY); INSERT INTO users SELECT generate_series(1, 10)');
});
after(() => server.stop());

async function query(sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client(server.url);
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

async function psql(...commands: string[]) {
  const cwd = folderWith({ '.github/jit-approval.yml': policy });
  const script = ['-X', '-v', 'VERBOSITY=verbose', ...commands.flatMap((command) => ['-c', command])];
  const args = ['run', '--', 'sh', '-c', 'psql "$DATABASE_URL" "$@"', 'psql', ...script];
  return jit(args, { cwd, env: { DATABASE_URL: server.url } });
}

test('a held DELETE fails with JA001 and the action id in the hint, and deletes nothing', async () => {
  const ended = await psql('DELETE FROM users WHERE id = 3');
  assert.match(
    ended.err,
    /ERROR: {2}JA001: JIT Approval held this runtime action \([0-9a-hjkmnp-tv-z]{12}\): Deletes shared rows/,
  );
  assert.match(ended.err, /HINT: {2}Action id [0-9a-hjkmnp-tv-z]{12}\./);
  assert.equal(ended.code, 75);
  assert.equal((await query('SELECT count(*)::int AS n FROM users')).rows[0].n, 10);
});

test('inside a transaction the next statement gets 25P02, and after ROLLBACK the connection works on', async () => {
  const ended = await psql('BEGIN', 'DELETE FROM users', 'SELECT 1', 'ROLLBACK', "SELECT 'works' || ' on'");
  assert.match(ended.err, /ERROR: {2}JA001/);
  assert.match(ended.err, /ERROR: {2}25P02: current transaction is aborted/);
  assert.match(ended.out, /ROLLBACK/);
  assert.match(ended.out, /works on/);
  assert.equal((await query('SELECT count(*)::int AS n FROM users')).rows[0].n, 10);
});

test('what psql asks the catalogue for its own commands passes', async () => {
  const ended = await psql('\\d users', '\\dt', '\\l', '\\conninfo');
  assert.equal(ended.code, 0, ended.err);
  assert.match(ended.out, /Table "public\.users"/);
});

test("the password that psql gets is not the database's", async () => {
  const ended = await psql('\\echo :DBNAME', '\\conninfo');
  assert.doesNotMatch(ended.out + ended.err, new RegExp(server.password));
});
