import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyse, operations } from '../policy/sql/analyser.ts';

/**
 * S12: a write that hides in what looks like a read, or in a statement's fold that a matcher on text would
 * miss. Each must be told as the operation that it is.
 */
const hidden: readonly (readonly [string, string, string])[] = [
  ['a data-modifying CTE', 'with gone as (delete from users returning *) select * from gone', 'delete users'],
  [
    'a CTE inside a subselect',
    'select * from (with x as (update users set a = 1 returning *) select * from x) y',
    'update users',
  ],
  ['a second statement', 'select 1; delete from users', 'delete users'],
  ['a read-only transaction ended by a stacked statement', 'commit; drop table users', 'drop users'],
  ['a comment before the verb', '/* select */ delete from users', 'delete users'],
  ['a comment inside the verb’s place', 'delete/**/from/**/users', 'delete users'],
  ['a nested comment', '/* /* */ select */ delete from users', 'delete users'],
  ['upper case', 'DeLeTe FrOm USERS', 'delete users'],
  ['a quoted name', 'delete from "users"', 'delete users'],
  ['a Unicode-quoted name', 'delete from U&"\\0075sers"', 'delete users'],
  ['EXPLAIN ANALYZE', 'explain (analyze, costs off) delete from users', 'delete users'],
  ['EXPLAIN with ANALYZE written as a number', 'explain (analyze 1) delete from users', 'delete users'],
  [
    'EXPLAIN that switches ANALYZE off and on',
    'explain (analyze off, analyze on) delete from users',
    'delete users',
  ],
  ['DO', 'do $$ begin delete from users; end $$', 'call do'],
  ['CALL', 'call purge()', 'call purge'],
  ['a function of the user', 'select purge()', 'call purge'],
  [
    'a function that runs its text',
    "select query_to_xml('delete from users', true, true, '')",
    'call query_to_xml',
  ],
  ['COPY of a query', 'copy (delete from users returning *) to stdout', 'delete users'],
  ['COPY FROM', 'copy users from stdin', 'insert users'],
  ['COPY from a program', "copy users from program 'rm -rf /'", 'call copy program'],
  ['SELECT INTO', 'select * into stolen from users', 'create stolen'],
  [
    'CREATE TABLE AS',
    'create table x as with d as (delete from users returning *) select * from d',
    'delete users',
  ],
  ['MERGE', 'merge into users using x on true when matched then delete', 'delete users'],
  [
    'MERGE by source',
    'merge into users using x on false when not matched by source then delete',
    'delete users',
  ],
  [
    'an upsert',
    'insert into users (id) values (1) on conflict (id) do update set admin = true',
    'update users',
  ],
  ['a cursor', 'declare c cursor for select purge()', 'call purge'],
  ['a lock', 'select * from users for update', 'lock users'],
  ['set_config', "select set_config('role', 'admin', false)", 'set set_config'],
  ['SET ROLE', 'set role admin', 'set'],
  ['SET search_path', 'set search_path = evil', 'set'],
  ['TRUNCATE', 'truncate only users', 'truncate users'],
  ['DROP SCHEMA', 'drop schema public cascade', 'drop public.*'],
  ['DROP OWNED', 'drop owned by current_user', 'drop *'],
  ['a schema created with a table in it', 'create schema x create table users (a int)', 'create users'],
  ['ALTER TABLE ALL', 'alter table all in tablespace a set tablespace b', 'alter *'],
];

for (const [name, text, operation] of hidden) {
  test(`${name} is told as "${operation}"`, () => {
    assert.ok(operations(text).includes(operation), operations(text).join(', '));
    assert.deepEqual(analyse(text).unknown, []);
  });
}

test('plain EXPLAIN is a read', () => {
  for (const text of [
    'explain delete from users',
    'explain (analyze off) delete from users',
    'explain (analyze 0) delete from users',
  ]) {
    assert.deepEqual(operations(text), ['select users']);
  }
});

test('SET ROLE and search_path are followed in every spelling', () => {
  for (const text of [
    'set local role x',
    'set session role x',
    'reset role',
    "select set_config('Role', 'x', true)",
    "set session authorization 'x'",
  ]) {
    assert.deepEqual(analyse(text).effects, [{ effect: 'set-role' }], text);
  }
  for (const text of [
    'set search_path to x',
    'set schema $$x$$',
    "select set_config('SEARCH_PATH', 'x', true)",
    'reset search_path',
  ]) {
    assert.deepEqual(analyse(text).effects, [{ effect: 'set-search-path' }], text);
  }
});

test('EXECUTE, and what the grammar refuses, is unknown', () => {
  for (const text of ['execute p', 'delete from users where (', 'START_REPLICATION SLOT x LOGICAL 0/0']) {
    assert.ok(analyse(text).unknown.length > 0, text);
  }
});
