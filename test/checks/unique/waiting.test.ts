import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { ended, openUnique } from './support.ts';

const fixture = await openUnique(
  `
  - id: no-duplicate-users
    on: { sql: { operation: insert, table: users } }
    check: [{ unique: { key: [email] } }]`,
  1500,
);
const owner = await fixture.direct();
await owner.query('CREATE TABLE users (id serial, email text)');

const watcher = await fixture.direct();

const add = (client: pg.Client, email: string) =>
  ended(client.query('INSERT INTO users (email) VALUES ($1)', [email]));

/** Until a session of the gate waits for another transaction. */
async function waiting(client: pg.Client): Promise<void> {
  while (!fixture.keys.waits(`shop-db ${Reflect.get(client, 'processID')}`)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function blocked(sql: string): Promise<void> {
  for (;;) {
    const { rows } = await watcher.query(
      "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1",
      [`${sql}%`],
    );
    if (rows.length > 0) return;
  }
}

test('two transactions that wait for each other: one fails at once, the other passes', async () => {
  const [a, b] = [await fixture.client(), await fixture.client()];
  await a.query('BEGIN');
  await b.query('BEGIN');
  assert.equal(await add(a, 'one@x'), 'ok');
  assert.equal(await add(b, 'two@x'), 'ok');
  const first = add(a, 'two@x');
  await waiting(a);
  assert.equal(await add(b, 'one@x'), 'duplicate');
  await b.query('ROLLBACK');
  assert.equal(await first, 'ok');
  await a.query('COMMIT');
  assert.equal(fixture.keys.size, 0);
});

test('a key that nobody gives back fails the check when patience ends', async () => {
  const [a, b] = [await fixture.client(), await fixture.client()];
  await a.query('BEGIN');
  assert.equal(await add(a, 'kept@x'), 'ok');
  assert.equal(await add(b, 'kept@x'), 'duplicate');
  await a.query('ROLLBACK');
  assert.equal(await add(b, 'kept@x'), 'ok');
});

test('a client that goes away while it waits leaves nothing behind', async () => {
  const [a, b] = [await fixture.client(), await fixture.client()];
  await a.query('BEGIN');
  assert.equal(await add(a, 'left@x'), 'ok');
  const lost = assert.rejects(b.query("INSERT INTO users (email) VALUES ('left@x')"));
  await waiting(b);
  Reflect.get(b, 'connection').stream.destroy();
  await lost;
  await a.query('ROLLBACK');
  const c = await fixture.client();
  assert.equal(await add(c, 'left@x'), 'ok');
});

test('a statement whose client is gone may still be carried out: its key waits for the server', async () => {
  const [a, b] = [await fixture.client(), await fixture.client()];
  await owner.query('BEGIN; LOCK TABLE users IN SHARE MODE');
  const lost = assert.rejects(a.query("INSERT INTO users (email) VALUES ('gone@x')"));
  await blocked('INSERT INTO users');
  Reflect.get(a, 'connection').stream.destroy();
  await lost;
  // in a transaction, where the server shows its processes as they were first looked at
  await b.query('BEGIN');
  // one text, as Parse alone would wait for the table's lock
  const second = ended(b.query("INSERT INTO users (email) VALUES ('gone@x')"));
  await waiting(b);
  await owner.query('COMMIT');
  assert.equal(await second, 'duplicate');
  const { rows } = await owner.query("SELECT 1 FROM users WHERE email = 'gone@x'");
  assert.equal(rows.length, 1);
  await b.query('ROLLBACK');
});

test('a prepared transaction that a client outside of the gate ends gives its key back', async () => {
  const [a, b] = [await fixture.client(), await fixture.client()];
  await a.query('BEGIN');
  assert.equal(await add(a, 'two-phase@x'), 'ok');
  await a.query("PREPARE TRANSACTION 'outside'");
  const second = add(b, 'two-phase@x');
  await waiting(b);
  await owner.query("ROLLBACK PREPARED 'outside'");
  assert.equal(await second, 'ok');
});

test('a transaction outside of the gate that deletes the key is waited for too', async () => {
  await owner.query("INSERT INTO users (email) VALUES ('outside@x')");
  const b = await fixture.client();
  await owner.query("BEGIN; DELETE FROM users WHERE email = 'outside@x'");
  const second = add(b, 'outside@x');
  await waiting(b);
  await owner.query('COMMIT');
  assert.equal(await second, 'ok');
});
