import assert from 'node:assert/strict';
import { test } from 'node:test';
import { database, decisionOn, judge, policy, sql } from '../policy/actions.ts';

/** S12: a policy of the plain kind, and statements written so that a matcher on text would not see them. */
const rules = `
  - { id: bulk, on: { sql: { operation: [delete, update, truncate, drop], table: "public.users" } }, hold: { reason: Shared } }
  - { id: reads, on: { sql: { operation: select } }, allow: {} }`;

test('no spelling of a write to the guarded table passes', () => {
  for (const statement of [
    'delete from users',
    'DELETE FROM ONLY "public"."users"',
    'delete/**/from/*\n*/Public.USERS u',
    'select 1; delete from users',
    'commit; begin; delete from users; commit',
    'with x as (delete from users returning *) select * from x',
    'with x as (with y as (update users set a = 1 returning *) select * from y) select * from x',
    'explain (analyze) delete from users',
    'copy (delete from users returning *) to stdout',
    'create table copy as with x as (delete from users returning *) select * from x',
    'merge into users using x on true when matched then delete',
    'insert into users (id) values (1) on conflict (id) do update set admin = true',
    'truncate carts, users',
    'drop table carts, users',
    'drop schema public cascade',
    'drop owned by app',
    'do $$ begin delete from users; end $$',
    'call purge_users()',
    "select ('delete from users'::text).exec_sql",
    'select ($1).exec_sql',
    "select ('delete from users' || '').exec_sql",
    'select purge_users()',
    "select query_to_xml('delete from users', true, true, '')",
    'execute purge',
    'prepare purge as delete from users; execute purge',
    'delete from users where id in (select id from users',
    `delete from users where ${'not '.repeat(60_000)} true`,
    'select 1\0; delete from users',
  ]) {
    assert.equal(decisionOn(rules, statement), 'hold', statement.slice(0, 80));
  }
});

test('what is not understood is held by the rule alone too, where no call is opaque', () => {
  const disposable = { ...database, disposable: true };
  for (const statement of ['execute purge', 'delete from users where (', 'select 1\0; delete from users']) {
    assert.equal(judge(policy(rules), sql(statement, [], disposable)).decision, 'hold', statement);
  }
  assert.equal(judge(policy(rules), sql('select purge()', [], disposable)).decision, 'allow');
});

test('a built-in function that acts is seen when written as an attribute', () => {
  const guard = '\n  - { id: acting, on: { sql: { operation: function } }, hold: { reason: Acts } }';
  for (const statement of [
    'select (16385::oid).lo_unlink',
    'select x.lo_unlink from unnest(array[16385::oid]) x',
    "select ('/etc/passwd'::text).pg_read_file",
  ]) {
    assert.equal(decisionOn(guard, statement), 'hold', statement);
  }
  assert.equal(decisionOn(guard, 'select (u.address).city, u.name from users u'), 'allow');
});

test('JDBC may ask for primary keys, and nobody else borrows the schema', () => {
  assert.equal(
    decisionOn(rules, 'select (information_schema._pg_expandarray(i.indkey)).n from pg_index i'),
    'allow',
  );
  assert.equal(decisionOn(rules, 'select information_schema.purge()'), 'hold');
});

test('a harmless operation beside a write does not cover the write', () => {
  for (const fallback of ['hold', 'deny']) {
    assert.equal(decisionOn(rules, 'select 1', fallback), 'allow');
    assert.equal(decisionOn(rules, 'select 1; insert into audit (a) values (1)', fallback), fallback);
    assert.equal(decisionOn(rules, 'select 1; set role admin', fallback), fallback);
  }
});

test('a temporary table cannot borrow the exemption of a public one, nor another schema the name', () => {
  const exempting =
    '  - { id: r, on: { sql: { operation: delete } }, unless: [ { sql: { table: sessions } } ], hold: { reason: x } }';
  const decision = (statement: string, schema: string) =>
    judge(policy(exempting), sql(statement), [{ schema, name: 'sessions' }]).decision;
  assert.equal(decision('delete from sessions', 'public'), 'allow');
  assert.equal(decision('delete from sessions', 'pg_temp_1'), 'hold');
  assert.equal(decision('delete from sessions', 'audit'), 'hold');
  assert.equal(decision('delete from audit.sessions', 'audit'), 'hold');
});

test('a target of another name, or an undeclared one, borrows nothing of a declared one', () => {
  const using = policy('  - { id: r, on: { sql: { target: staging-db } }, allow: {} }', 'deny');
  assert.equal(judge(using, sql('select 1')).decision, 'allow');
  assert.equal(judge(using, sql('select 1', [], { ...database, name: 'staging-db2' })).decision, 'deny');
  const patterned = policy('  - { id: r, on: { sql: { target: "st?ging-db" } }, allow: {} }', 'deny');
  assert.equal(judge(patterned, sql('select 1')).decision, 'allow');
  for (const name of ['staging-db2', 'my-staging-db', 'staging-db\nstaging-db']) {
    assert.equal(judge(patterned, sql('select 1', [], { ...database, name })).decision, 'deny', name);
  }
});
