import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import pg from 'pg';
import type { Fact } from '../../src/approval/facts.ts';
import type { Ledger } from '../../src/ledger/port.ts';
import { postgresLedger } from '../../src/ledger/postgres.ts';
import { sqliteLedger } from '../../src/ledger/sqlite.ts';
import { databases } from '../ledger/databases.ts';
import { type Ended, jit } from './help.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'jit-ledger-cli-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = () => path.join(folder, `${files++}.db`);
const server = await databases();

const at = '2026-11-01T08:00:00.000Z';
const id = (text: string, when = at): Fact => ({
  type: 'id',
  at: when,
  id: text,
  fingerprint: 'a'.repeat(64),
});
const shop = (number: number) => ({ repository: 'acme/shop', number });

async function fill(ledger: Ledger): Promise<void> {
  await ledger.record({ repository: 'acme/app', number: 1 }, [id('first', '2026-10-31T23:59:59Z')], null, 5);
  for (const [text, number] of [
    ['one', 12],
    ['two', 13],
    ['three', 12],
    ['four', 12],
  ] as const) {
    await ledger.record(shop(number), [id(text)], null, 5);
  }
  await ledger.close();
}

async function filled(): Promise<string> {
  const file = fresh();
  await fill(sqliteLedger(file));
  return file;
}

/** Somebody with the file and a SQL prompt. */
function byHand(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

function ledger(...args: string[]): Promise<Ended> {
  return jit(['ledger', ...args], { cwd: folder });
}

function narrow(text: string): void {
  assert.deepEqual(
    text.split('\n').filter((line) => [...line].length > 80),
    [],
  );
}

describe('jit-approval ledger verify', () => {
  test('a ledger as it was written: each repository with its newest hash', async () => {
    const file = await filled();
    const { code, out } = await ledger('verify', '--ledger', file);
    assert.equal(code, 0);
    narrow(out);
    const open = sqliteLedger(file);
    const heads = await open.heads();
    await open.close();
    for (const { repository, hash } of heads) assert.match(out, new RegExp(`${repository}\n.*\n  ${hash}`));
    assert.match(out, /4 facts as they were recorded; newest hash/);
  });

  for (const [what, sql, where] of [
    [
      'a fact that was edited',
      `SET body = replace(body, 'two', 'xxx') WHERE sequence = 2`,
      '2, pull request #13',
    ],
    ['a type that was edited', `SET type = 'vote' WHERE sequence = 3`, '3, pull request #12'],
    ['a fact moved to another pull request', `SET number = 13 WHERE sequence = 3`, '3, pull request #13'],
    ['a hash that was edited', `SET hash = '00' WHERE sequence = 3`, '3, pull request #12'],
    [
      'a fact forgotten with its digest',
      `SET body = NULL, salt = NULL, content = '' WHERE sequence = 1`,
      '1, pull request #12',
    ],
  ] as const) {
    test(`${what} is named by its place and pull request`, async () => {
      const file = await filled();
      byHand(file, `UPDATE fact ${sql} AND repository = 'acme/shop'`);
      const { code, out } = await ledger('verify', '--ledger', file);
      assert.equal(code, 1);
      narrow(out);
      assert.match(out, new RegExp(`acme/shop\n  BROKEN at fact ${where}:\n`));
      assert.match(out, /acme\/app\n {2}1 facts as they were recorded/);
    });
  }

  for (const [what, sql, sequence] of [
    ['taken out of the middle', `DELETE FROM fact WHERE sequence = 2 AND repository = 'acme/shop'`, 2],
    ['cut off the end', `DELETE FROM fact WHERE sequence > 3 AND repository = 'acme/shop'`, 4],
    ['left without their newest', `DELETE FROM head WHERE repository = 'acme/shop'`, 5],
  ] as const) {
    test(`facts that were ${what} are missed`, async () => {
      const file = await filled();
      byHand(file, sql);
      const { code, out } = await ledger('verify', '--ledger', file, '--json');
      assert.equal(code, 1);
      const { chains } = JSON.parse(out);
      assert.equal(chains[0].broken, null);
      assert.equal(chains[1].broken.sequence, sequence);
      assert.equal(chains[1].links, sequence - 1);
    });
  }

  test('a whole chain written anew is seen by the hash that was kept elsewhere', async () => {
    const [one, two] = [await filled(), await filled()];
    const hashes = await Promise.all(
      [one, two].map(async (file) => JSON.parse((await ledger('verify', '--json', '--ledger', file)).out)),
    );
    assert.equal(hashes[0].chains[1].links, hashes[1].chains[1].links);
    assert.notEqual(hashes[0].chains[1].hash, hashes[1].chains[1].hash);
  });

  test('in PostgreSQL too, by the variable with which the App finds it', async () => {
    const url = await server.fresh();
    await fill(await postgresLedger(url));
    const env = { DATABASE_URL: url };
    assert.equal((await jit(['ledger', 'verify'], { cwd: folder, env })).code, 0);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`UPDATE jit_approval.fact SET body = replace(body, 'two', 'xxx') WHERE sequence = 2`);
    await client.end();
    const { code, out } = await jit(['ledger', 'verify'], { cwd: folder, env });
    assert.equal(code, 1);
    assert.match(out, /BROKEN at fact 2, pull request #13/);
  });

  test('makes no ledger where there is none, and says what is wrong', async () => {
    const file = fresh();
    const missing = await ledger('verify', '--ledger', file);
    assert.equal(missing.code, 78);
    assert.match(missing.err, /cannot be opened/);
    assert.throws(() => statSync(file), { code: 'ENOENT' });
    const env = { DATABASE_URL: await server.fresh() };
    const empty = await jit(['ledger', 'verify'], { cwd: folder, env });
    assert.equal(empty.code, 78);
    assert.match(empty.err, /holds no ledger/);
  });

  test('never repeats the password of a database that does not answer', async () => {
    const env = { DATABASE_URL: 'postgresql://app:geheim@127.0.0.1:1/ledger' };
    const { code, out, err } = await jit(['ledger', 'verify'], { cwd: folder, env });
    assert.equal(code, 78);
    assert.match(err, /ECONNREFUSED/);
    assert.doesNotMatch(out + err, /geheim/);
  });
});

describe('jit-approval ledger export', () => {
  test('one JSON object per line, from a time on', async () => {
    const file = await filled();
    const all = await ledger('export', '--ledger', file);
    assert.equal(all.code, 0);
    const lines = all.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ repository, sequence, number, fact }) => [repository, sequence, number, fact.id]),
      [
        ['acme/app', 1, 1, 'first'],
        ['acme/shop', 1, 12, 'one'],
        ['acme/shop', 2, 13, 'two'],
        ['acme/shop', 3, 12, 'three'],
        ['acme/shop', 4, 12, 'four'],
      ],
    );
    const since = await ledger('export', '--ledger', file, '--since', '2026-11-01');
    assert.equal(since.out.trimEnd().split('\n').length, 4);
  });

  test('a time that is none is refused', async () => {
    const { code, err } = await ledger('export', '--ledger', await filled(), '--since', 'yesterday');
    assert.equal(code, 64);
    assert.match(err, /--since expects 2026-11-01/);
  });
});

describe('jit-approval ledger backup', () => {
  test('copies a ledger that an App is writing to', async () => {
    const file = await filled();
    const app = sqliteLedger(file);
    await app.record(shop(14), [id('not in the main file yet')], null, 5);
    const copy = fresh();
    assert.equal((await ledger('backup', copy, '--ledger', file)).code, 0);
    await app.close();
    const restored = sqliteLedger(copy);
    assert.equal((await restored.facts(shop(14))).length, 1);
    await restored.close();
    assert.equal((await ledger('verify', '--ledger', copy)).code, 0);
  });

  test('never writes over a file, and leaves PostgreSQL to pg_dump', async () => {
    const file = await filled();
    const taken = await ledger('backup', file, '--ledger', file);
    assert.equal(taken.code, 78);
    assert.match(taken.err, /exists/);
    const postgres = await ledger('backup', fresh(), '--ledger', 'postgresql://app@db/ledger');
    assert.equal(postgres.code, 78);
    assert.match(postgres.err, /pg_dump/);
  });
});

test('every ledger command explains itself in 80 columns, with an example and its exit codes', async () => {
  for (const command of ['verify', 'export', 'backup']) {
    const { code, out } = await ledger(command, '--help');
    assert.equal(code, 0);
    narrow(out);
    assert.match(out, /Example:\n {2}jit-approval ledger/);
    assert.match(out, /Exits 0;/);
  }
});
