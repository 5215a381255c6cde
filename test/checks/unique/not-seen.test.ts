import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeBind } from '../../../src/protocol/postgres/bind.ts';
import { encodeExecute, sync } from '../../../src/protocol/postgres/named.ts';
import { encodeParse } from '../../../src/protocol/postgres/parse.ts';
import { ended, openUnique } from './support.ts';

const tables = ['users', 'indexed', 'tokens', 'numbers', 'hidden', 'seen', 'parts', 'parts_low'];
const rules = tables.map((table) => {
  const key = table === 'numbers' ? '{ key: [n], nulls: not distinct }' : '{ key: [email] }';
  return `
  - id: ${table}
    on: { sql: { operation: [insert, update, merge], table: ${table} } }
    check: [{ unique: ${key} }]`;
});
const fixture = await openUnique(rules.join(''), 300);
const owner = await fixture.direct();
await owner.query(`
  CREATE TABLE users (id int PRIMARY KEY, email text);
  CREATE TABLE indexed (id int, email text UNIQUE);
  CREATE TABLE tokens (id int, email uuid DEFAULT gen_random_uuid());
  CREATE TABLE numbers (n numeric(6, 2));
  CREATE TABLE hidden (email text);
  CREATE VIEW seen AS SELECT email FROM users;
  CREATE TABLE parts (email text, p int) PARTITION BY LIST (p);
  CREATE TABLE parts_low PARTITION OF parts FOR VALUES IN (1);
  CREATE TABLE parts_high PARTITION OF parts FOR VALUES IN (2);
  INSERT INTO users VALUES (1, 'a@x');
  INSERT INTO indexed VALUES (1, 'a@x');
  INSERT INTO parts VALUES ('a@x', 2);
`);

const unknown: readonly (readonly [what: string, sql: string, why: RegExp])[] = [
  ['rows of a query', "INSERT INTO users SELECT 2, 'b@x'", /rows do not stand in the statement/],
  ['columns that are not named', "INSERT INTO users VALUES (2, 'b@x')", /rows do not stand in the statement/],
  ['COPY', 'COPY users (id, email) FROM STDIN', /rows do not stand in the statement/],
  ['a computed key', "INSERT INTO users (id, email) VALUES (2, 'b' || '@x')", /email is computed/],
  ['a default of the table', 'INSERT INTO tokens (id) VALUES (2)', /default of email is computed/],
  ['an UPDATE that computes', "UPDATE users SET email = email || 'x'", /email is computed/],
  [
    'an UPDATE whose WHERE asks elsewhere',
    "UPDATE users SET email = 'b@x' WHERE id IN (SELECT id FROM indexed)",
    /depends on what else/,
  ],
  [
    'an UPDATE whose WHERE calls a function',
    "UPDATE users SET email = 'b@x' WHERE random() < 0.5",
    /calls random/,
  ],
  [
    'MERGE without an index of the table',
    "MERGE INTO users u USING (VALUES (2)) v(id) ON u.id = v.id WHEN NOT MATCHED THEN INSERT (id, email) VALUES (v.id, 'b@x')",
    /MERGE writes/,
  ],
  [
    'ON CONFLICT that computes',
    "INSERT INTO users (id, email) VALUES (1, upper('b')) ON CONFLICT (id) DO NOTHING",
    /computed/,
  ],
  ['a view', "INSERT INTO seen (email) VALUES ('b@x')", /no table but a view/],
  ['a table that is not there', "INSERT INTO pg_temp.users (email) VALUES ('b@x')", /knows no table/],
  [
    'a text that takes the key away itself',
    "DELETE FROM users; INSERT INTO users (id, email) VALUES (3, 'a@x')",
    /take away itself/,
  ],
];

for (const [what, sql, why] of unknown) {
  test(`a key that cannot be seen is held: ${what}`, async () => {
    const client = await fixture.client();
    const outcome = await ended(client.query(sql));
    assert.match(outcome, /^held: /);
    assert.match(outcome, why);
    assert.equal(fixture.keys.size, 0);
    await client.end();
  });
}

test('rows that row-level security hides are not taken for absent', async () => {
  await owner.query(`CREATE ROLE tenant; GRANT ALL ON hidden TO tenant; INSERT INTO hidden VALUES ('a@x');
    ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON hidden USING (false) WITH CHECK (true)`);
  const client = await fixture.client();
  await client.query('SET ROLE tenant');
  assert.match(
    await ended(client.query("INSERT INTO hidden (email) VALUES ('a@x')")),
    /held: .*row-level security/,
  );
});

test('a transaction that does not see what others commit is held, not let through', async () => {
  const client = await fixture.client();
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await client.query('SELECT 1 FROM users');
  await owner.query("INSERT INTO users VALUES (20, 'later@x')");
  const outcome = await ended(client.query("INSERT INTO users (id, email) VALUES (21, 'later@x')"));
  assert.match(outcome, /held: .*cannot see what others commit \(isolation level repeatable read\)/);
});

test('in an implicit transaction that asking would end the key is held', async () => {
  const wire = await fixture.wire();
  const insert = (name: string, id: number, email: string) => [
    encodeParse(name, `INSERT INTO users (id, email) VALUES (${id}, '${email}')`),
    encodeBind(Buffer.from(''), name, []),
    encodeExecute(''),
  ];
  wire.send(...insert('s1', 30, 'p@x'), ...insert('s2', 31, 'q@x'), sync);
  const met = await wire.answers();
  assert.ok(met.includes('EJA001'), met.join(' '));
  const { rows } = await owner.query("SELECT 1 FROM users WHERE email IN ('p@x', 'q@x')");
  assert.equal(rows.length, 0);
  assert.equal(fixture.keys.size, 0);
});

test('with an index of its own the table answers ON CONFLICT and MERGE, without it duplicates are denied', async () => {
  const client = await fixture.client();
  const nothing = "(id, email) VALUES (9, 'a@x') ON CONFLICT DO NOTHING";
  assert.equal(await ended(client.query(`INSERT INTO indexed ${nothing}`)), 'ok');
  assert.equal(await ended(client.query(`INSERT INTO users ${nothing}`)), 'duplicate');
  const update = "(id, email) VALUES (9, 'a@x') ON CONFLICT (email) DO UPDATE SET id = excluded.id";
  assert.equal(await ended(client.query(`INSERT INTO indexed ${update}`)), 'ok');
  const merge = `MERGE INTO indexed t USING (VALUES (9)) v(id) ON t.id = v.id
    WHEN MATCHED THEN UPDATE SET id = 10 WHEN NOT MATCHED THEN INSERT (id, email) VALUES (9, 'b@x')`;
  assert.equal(await ended(client.query(merge)), 'ok');
  const { rows } = await owner.query('SELECT id, email FROM indexed');
  assert.deepEqual(rows, [{ id: 10, email: 'a@x' }]);
});

test('numbers are rounded as the column rounds them, and NULL is a duplicate where the rule says so', async () => {
  const client = await fixture.client();
  assert.equal(await ended(client.query('INSERT INTO numbers (n) VALUES (1.004)')), 'ok');
  assert.equal(await ended(client.query('INSERT INTO numbers (n) VALUES ($1)', ['1'])), 'duplicate');
  assert.equal(await ended(client.query('INSERT INTO numbers (n) VALUES (NULL)')), 'ok');
  assert.equal(await ended(client.query('INSERT INTO numbers (n) VALUES (NULL)')), 'duplicate');
});

test('a partition is part of its table', async () => {
  const client = await fixture.client();
  assert.equal(await ended(client.query("INSERT INTO parts_low (email, p) VALUES ('a@x', 1)")), 'duplicate');
  assert.equal(await ended(client.query("INSERT INTO parts_low (email, p) VALUES ('b@x', 1)")), 'ok');
  assert.equal(await ended(client.query("INSERT INTO parts (email, p) VALUES ('b@x', 2)")), 'duplicate');
});

test('prepared statements of both kinds are judged by the values that they are executed with', async () => {
  const client = await fixture.client();
  await client.query('PREPARE add AS INSERT INTO users (id, email) VALUES ($1, $2)');
  assert.equal(await ended(client.query("EXECUTE add (40, 'a@x')")), 'duplicate');
  assert.equal(await ended(client.query("EXECUTE add (41, 'new@x')")), 'ok');
  const named = (id: number, email: string) =>
    client.query({ name: 'n', text: 'INSERT INTO users (id, email) VALUES ($1, $2)', values: [id, email] });
  assert.equal(await ended(named(42, 'newer@x')), 'ok');
  assert.equal(await ended(named(43, 'new@x')), 'duplicate');
});
