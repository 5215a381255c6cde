import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ended, openUnique } from '../checks/unique/support.ts';

/** Ways to write a key a second time that the check might take for another key, or for none. */
const fixture = await openUnique(`
  - id: users
    on: { sql: { operation: [insert, update], table: users } }
    check: [{ unique: { key: ["lower(email)"] } }]
  - id: codes
    on: { sql: { operation: [insert, update], table: codes } }
    check: [{ unique: { key: [code] } }]`);
const owner = await fixture.direct();
await owner.query(`
  CREATE TABLE users (id int, email text);
  INSERT INTO users VALUES (1, 'a@x'), (2, 'b@x');
  CREATE TABLE codes (code text);
  INSERT INTO codes VALUES ('1'), ('1000');
  CREATE TABLE witness (met text);
  CREATE SCHEMA evil;
  CREATE FUNCTION evil.lower(text) RETURNS text LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO public.witness VALUES ('lower'); RETURN 'free@x'; END $$;
  CREATE FUNCTION evil.no(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT false';
  CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.no);
`);

const duplicates: readonly (readonly [what: string, ...sql: string[]])[] = [
  [
    'functions and operators of its own before those of PostgreSQL',
    'SET search_path = evil, pg_catalog, public',
    "INSERT INTO users (id, email) VALUES (3, 'A@x')",
  ],
  ['a cast that makes another value of it', 'INSERT INTO codes (code) VALUES (1.4::int4)'],
  ['a number in another notation', 'INSERT INTO codes (code) VALUES (1e3)'],
  ['escapes', "INSERT INTO users (id, email) VALUES (3, U&'\\0061@x')"],
  ['a comment at the end of WHERE', "UPDATE users SET email = 'a@x' WHERE id = 2 -- ) OR true"],
  ['the schema written out and quotes', 'INSERT INTO public."users" ("id", "email") VALUES (3, \'a@x\')'],
  ['a table written through an alias', "INSERT INTO users AS u (id, email) VALUES (3, 'a@x')"],
  ['a second statement of the text', "SELECT 1; INSERT INTO users (id, email) VALUES (3, 'a@x')"],
  [
    'a part of the statement',
    "WITH n AS (INSERT INTO users (id, email) VALUES (3, 'a@x') RETURNING 1) SELECT FROM n",
  ],
  ['EXPLAIN ANALYZE', "EXPLAIN ANALYZE INSERT INTO users (id, email) VALUES (3, 'a@x')"],
];

for (const [what, ...statements] of duplicates) {
  test(`a key that stands in the table is not written again by ${what}`, async () => {
    const client = await fixture.client();
    const last = statements.pop() ?? '';
    for (const statement of statements) await client.query(statement);
    assert.equal(await ended(client.query(last)), 'duplicate');
    assert.deepEqual((await owner.query('SELECT met FROM witness')).rows, [], "the target's own code ran");
    await client.end();
  });
}

test('a temporary table of the same name is another table, and its keys free nothing in the real one', async () => {
  const [a, b] = [await fixture.client(), await fixture.client()];
  await a.query('CREATE TEMP TABLE users (id int, email text)');
  assert.equal(await ended(a.query("INSERT INTO users (id, email) VALUES (1, 'a@x')")), 'ok');
  assert.equal(await ended(a.query("INSERT INTO public.users (id, email) VALUES (1, 'a@x')")), 'duplicate');
  assert.equal(await ended(b.query("INSERT INTO users (id, email) VALUES (1, 'a@x')")), 'duplicate');
  // what stands in the real one alone is looked for there, not under the name that the session sees first
  assert.equal(await ended(a.query("INSERT INTO public.users (id, email) VALUES (1, 'b@x')")), 'duplicate');
});

test('what looks for the key cannot write: neither the transaction nor its settings are changed', async () => {
  const client = await fixture.client();
  await client.query('BEGIN');
  await client.query("INSERT INTO users (id, email) VALUES (5, 'new@x')");
  const { rows } = await client.query(
    "SELECT current_setting('transaction_read_only') AS r, current_setting('lock_timeout') AS l, current_setting('statement_timeout') AS s",
  );
  assert.deepEqual(rows, [{ r: 'off', l: '0', s: '0' }]);
  await client.query('COMMIT');
  await client.query("INSERT INTO users (id, email) VALUES (6, 'newer@x')");
  const after = await client.query(
    "SELECT current_setting('transaction_read_only') AS r, current_setting('lock_timeout') AS l",
  );
  assert.deepEqual(after.rows, [{ r: 'off', l: '0' }]);
});
