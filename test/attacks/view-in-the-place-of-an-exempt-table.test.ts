import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { type SandboxPostgres, startPostgres } from '../../src/sandbox/postgres.ts';
import { folderWith, jit } from '../cli/help.ts';

const policy = `version: 1
default: allow
targets:
  db: { postgres: { env: DATABASE_URL }, disposable: false }
rules:
  - id: deletes
    on: { sql: { operation: delete } }
    unless: [{ sql: { table: public.sessions } }]
    hold: { reason: Deletes rows }
`;

const suite = `import pg from '${import.meta.resolve('pg')}';
const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
await client.query('DELETE FROM public.sessions');
await client.query('ALTER TABLE public.sessions RENAME TO moved');
await client.query('CREATE VIEW public.sessions AS SELECT * FROM public.orders');
const refused = await client.query('DELETE FROM public.sessions').then(() => 'ran', (error) => error.code);
console.log(refused);
await client.end();
`;

async function count(server: SandboxPostgres, table: string): Promise<number> {
  const client = new pg.Client(server.url);
  await client.connect();
  const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
  await client.end();
  return rows[0]?.n ?? -1;
}

test('the exemption of a table does not cover a view that took its name', async () => {
  const server = await startPostgres();
  try {
    const client = new pg.Client(server.url);
    await client.connect();
    await client.query(
      'CREATE TABLE sessions AS SELECT 1 AS id; CREATE TABLE orders AS SELECT generate_series(1, 3) AS id',
    );
    await client.end();
    const cwd = folderWith({ '.github/jit-approval.yml': policy, 'suite.mjs': suite });
    const ended = await jit(['run', '--', process.execPath, 'suite.mjs'], {
      cwd,
      env: { DATABASE_URL: server.url },
    });
    assert.equal(ended.out.trim(), 'JA001', ended.err);
    assert.equal(ended.code, 75);
    assert.equal(await count(server, 'orders'), 3);
    assert.equal(await count(server, 'moved'), 0, 'the exempt table itself was deleted from');
  } finally {
    await server.stop();
  }
});
