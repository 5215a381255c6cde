import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ended, openUnique } from './support.ts';

const fixture = await openUnique(`
  - id: no-duplicate-users
    on: { sql: { operation: insert, table: users } }
    check: [{ unique: { key: ["lower(email)"] } }]`);
const owner = await fixture.direct();
await owner.query('CREATE TABLE users (id serial, email text)');

async function count(): Promise<number> {
  const { rows } = await owner.query(
    'SELECT count(*)::int AS n, count(DISTINCT lower(email))::int AS d FROM users',
  );
  assert.equal(rows[0].n, rows[0].d, 'an e-mail stands twice');
  return rows[0].n;
}

test('of two sessions that insert one e-mail at the same moment exactly one passes, 1,000 times over', async () => {
  const [a, b] = [await fixture.client(), await fixture.client()];
  for (let round = 0; round < 1000; round++) {
    const outcomes = await Promise.all([
      ended(a.query('INSERT INTO users (email) VALUES ($1)', [`user${round}@x`])),
      ended(b.query(`INSERT INTO users (email) VALUES ('USER${round}@x')`)),
    ]);
    assert.deepEqual(outcomes.toSorted(), ['duplicate', 'ok'], `round ${round}`);
  }
  assert.equal(await count(), 1000);
});

test('when the first rolls back the second passes, and when it commits the second fails, 200 times over', async () => {
  await owner.query('TRUNCATE users');
  const [a, b] = [await fixture.client(), await fixture.client()];
  let passed = 0;
  for (let round = 0; round < 200; round++) {
    const end = round % 2 === 0 ? 'ROLLBACK' : 'COMMIT';
    const email = `user${round}@x`;
    await a.query('BEGIN');
    assert.equal(await ended(a.query('INSERT INTO users (email) VALUES ($1)', [email])), 'ok');
    const [second] = await Promise.all([
      ended(b.query('INSERT INTO users (email) VALUES ($1)', [email])),
      a.query(end),
    ]);
    assert.equal(second, end === 'ROLLBACK' ? 'ok' : 'duplicate', `round ${round}`);
    passed += 1;
  }
  assert.equal(await count(), passed);
  assert.equal(fixture.keys.size, 0);
});

test('eight sessions, in transactions that end either way, never leave one e-mail twice', async () => {
  await owner.query('TRUNCATE users');
  const clients = await Promise.all(Array.from({ length: 8 }, () => fixture.client()));
  const committed = new Set<string>();
  await Promise.all(
    clients.map(async (client, at) => {
      for (let round = 0; round < 40; round++) {
        const email = `user${round}@x`;
        await client.query('BEGIN');
        const first = await ended(client.query('INSERT INTO users (email) VALUES ($1)', [email]));
        assert.ok(first === 'ok' || first === 'duplicate', first);
        const keeps = (round + at) % 3 === 0;
        await client.query(keeps ? 'COMMIT' : 'ROLLBACK');
        if (keeps && first === 'ok') {
          assert.ok(!committed.has(email), `${email} was let through twice`);
          committed.add(email);
        }
      }
    }),
  );
  assert.equal(await count(), committed.size);
  assert.equal(committed.size, 40, 'every e-mail has a session that commits it');
  assert.equal(fixture.keys.size, 0);
});
