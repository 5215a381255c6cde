import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import pg from 'pg';
import { reportSchema } from '../../src/report/schema.ts';
import { startPostgres } from '../../src/sandbox/postgres.ts';
import { folderWith, jit } from './help.ts';

const policy = `version: 1
default: allow
targets: { shop: { postgres: { env: DATABASE_URL }, disposable: true } }
rules:
  - id: deletes
    on: { sql: { operation: delete } }
    hold: { reason: Deletes rows }
`;

/** Fills the table by a large statement, then tries to have a DELETE pass at the end of another. */
const suite = `import pg from '${import.meta.resolve('pg')}';
const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
const rows = Array.from({ length: 5000 }, (_, id) => '(' + id + ", 'some name')").join(', ');
await client.query('insert into people values ' + rows);
const refused = await client.query('insert into people values ' + rows + '; delete from people').catch((error) => error);
console.log('refused', refused.code);
await client.end();
`;

test('the bundles find their thread: a large statement is read in it, and what it hides is held', async (t) => {
  const db = await startPostgres();
  const direct = new pg.Client(db.url);
  t.after(async () => {
    await direct.end();
    await db.stop();
  });
  await direct.connect();
  await direct.query('create table people (id int, name text)');
  const cwd = folderWith({ '.github/jit-approval.yml': policy, 'suite.mjs': suite });
  const args = ['run', '--report', 'report.json', '--', process.execPath, 'suite.mjs'];
  const { code, out, err } = await jit(args, { cwd, env: { DATABASE_URL: db.url } });
  assert.equal(code, 75, err);
  assert.match(out, /refused JA001/);
  const report = reportSchema.parse(JSON.parse(readFileSync(path.join(cwd, 'report.json'), 'utf8')));
  assert.deepEqual(
    report.flagged.map(({ outcome, reason }) => [outcome, reason]),
    [['held', 'Deletes rows']],
  );
  assert.deepEqual((await direct.query('select count(*)::int from people')).rows, [{ count: 5000 }]);
});
