import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyse, operations } from './analyser.ts';

/** What each statement amounts to: every operation with what it changes, or for select what it reads. */
const cases: readonly (readonly [string, readonly string[]])[] = [
  ['select 1', ['select']],
  ['select 1 union select 2', ['select']],
  ['values (1)', ['select']],
  ['table users', ['select users']],
  ['select a from t1, s.t2 join t3 on true', ['select t1 s.t2 t3']],
  ['select (select count(*) from b) from a', ['select a', 'select b']],
  ['select * from a union all select * from b', ['select a', 'select b']],
  ['insert into t (a) values (1)', ['insert t']],
  ['insert into t (a) select b from u', ['insert t', 'select u']],
  ['insert into t default values', ['insert t']],
  ['insert into t (a) values ((select max(b) from u))', ['insert t', 'select u']],
  ['insert into t (id) values (1) on conflict do nothing', ['insert t']],
  ['insert into t (id) values (1) on conflict (id) do update set a = 1', ['insert t', 'update t']],
  ['update only s.t set a = 1 from u where t.id = u.id', ['update s.t', 'select u']],
  ['update t set a = (select 1 from u)', ['update t', 'select u']],
  ['delete from t using u where t.id = u.id', ['delete t', 'select u']],
  ['delete from t where id in (select id from u)', ['delete t', 'select u']],
  ['select * from t for update', ['select t', 'lock t']],
  ['select * from (select * from t) s for share', ['select t', 'lock t']],
  ['truncate a, s.b cascade', ['truncate a s.b']],
  ['lock table a in share mode', ['lock a']],
  ['create table s.t (a int default app.f())', ['create s.t']],
  ['create table t2 as select * from t', ['create t2', 'select t']],
  ['create materialized view v as select * from t', ['create v', 'select t']],
  ['create view v as select * from t', ['create v']],
  ['create index on t (lower(a))', ['create t']],
  ['create extension x', ['create']],
  ['create function f() returns int language sql as $$ delete from users $$', ['create']],
  ['create trigger x after insert on t for each row execute function f()', ['create t']],
  ['alter table s.t add column c int', ['alter s.t']],
  ['alter table t rename to u', ['alter t']],
  ['alter sequence s restart', ['alter s']],
  ['alter role x superuser', ['alter']],
  ['alter system set fsync = off', ['alter']],
  ['comment on column s.t.c is $$x$$', ['alter s.t']],
  ['drop table a, s.b', ['drop a s.b']],
  ['drop schema s cascade', ['drop s.*']],
  ['drop trigger x on s.t', ['drop s.t']],
  ['drop owned by x', ['drop *']],
  ['drop extension x cascade', ['drop *']],
  ['drop role x', ['drop']],
  ['drop database x', ['drop *']],
  ['grant select on t to x', ['grant t']],
  ['revoke all on all tables in schema s from x', ['grant s.*']],
  ['grant a to b', ['grant']],
  ['reassign owned by a to b', ['alter *']],
  ['vacuum full', ['maintain *']],
  ['analyze t', ['maintain t']],
  ['reindex schema s', ['maintain s.*']],
  ['refresh materialized view v', ['maintain v']],
  ['checkpoint', ['maintain']],
  ['listen x', ['listen']],
  ['notify x', ['listen']],
  ['begin', ['transaction']],
  ['show search_path', ['select']],
  ['set statement_timeout = 5', ['set']],
  ['discard all', ['set']],
  ['load $$x$$', ['call load']],
];

for (const [text, expected] of cases) {
  test(`"${text}" is ${expected.join(', ')}`, () => {
    assert.deepEqual(operations(text), expected);
    assert.deepEqual(analyse(text).unknown, []);
  });
}

test('a CTE is no table where its name is in scope, and a table everywhere else', () => {
  assert.deepEqual(operations('with users as (select 1) select * from users'), ['select']);
  assert.deepEqual(operations('with users as (select 1) select * from public.users'), [
    'select public.users',
  ]);
  assert.deepEqual(operations('select * from (with users as (select 1) select 1) x, users'), [
    'select users',
  ]);
  assert.deepEqual(operations('with users as (select * from users) select * from users'), ['select users']);
  assert.deepEqual(operations('with recursive x as (select 1 union all select * from x) select * from x'), [
    'select',
  ]);
  assert.deepEqual(operations('with a as (select * from b), b as (select 1) select * from a, b'), [
    'select b',
  ]);
});

test('WHERE is told with its text as written, and a WHERE of a subselect is not the statement’s own', () => {
  const [found] = analyse("delete from users where a = 'x' /* y */ and (b > 1) returning id").operations;
  assert.equal(found?.where, true);
  assert.equal(found?.predicate, "a = 'x' /* y */ and (b > 1)");
  const [whole, inner] = analyse('delete from users using (select 1 from t where x) s').operations;
  assert.deepEqual([whole?.where, whole?.predicate], [false, null]);
  assert.deepEqual([inner?.where, inner?.predicate], [true, 'x']);
});

test('rows and columns are told where they are written, and not where a query makes them', () => {
  const [insert] = analyse(
    "insert into t (a, b, c) values ('x', $2, now()), (-1.5, default, null)",
  ).operations;
  assert.deepEqual(insert?.columns, ['a', 'b', 'c']);
  assert.deepEqual(insert?.rows, [
    {
      a: { from: 'literal', type: 'string', text: 'x' },
      b: { from: 'parameter', number: 2 },
      c: { from: 'computed' },
    },
    { a: { from: 'literal', type: 'number', text: '-1.5' }, c: { from: 'literal', type: 'null', text: '' } },
  ]);
  const [update] = analyse("update t set (a, b) = (0, $1::uuid), c[1] = 2, d = 'abc'::char(1)").operations;
  assert.deepEqual(update?.rows, [
    {
      a: { from: 'literal', type: 'number', text: '0' },
      b: { from: 'parameter', number: 1, casts: ['uuid'] },
      c: { from: 'computed' },
      d: { from: 'computed' },
    },
  ]);
  assert.equal(analyse('insert into t values (1)').operations[0]?.rows, null);
  assert.deepEqual(analyse('insert into t values (1)').operations[0]?.columns, ['*']);
  assert.equal(analyse('insert into t (a) select 1').operations[0]?.rows, null);
  assert.deepEqual(analyse('insert into t default values').operations[0]?.rows, [{}]);
});

test('names fold as PostgreSQL folds them', () => {
  assert.deepEqual(operations('DELETE FROM "Users" USING PUBLIC.Users x'), [
    'delete Users',
    'select public.users',
  ]);
});

test('an empty text is no statement', () => {
  for (const text of ['', '  ', ';', '-- nothing', '/* nothing */ ;']) {
    const found = analyse(text);
    assert.deepEqual([found.statements, found.operations, found.unknown], [0, [], []]);
  }
});

test('what a statement does to its session is told', () => {
  const effects = (text: string) => analyse(text).effects;
  assert.deepEqual(effects('begin; commit and chain; rollback to a; release b; savepoint c; abort'), [
    { effect: 'begin' },
    { effect: 'commit' },
    { effect: 'begin' },
    { effect: 'rollback-to', name: 'a' },
    { effect: 'release', name: 'b' },
    { effect: 'savepoint', name: 'c' },
    { effect: 'rollback' },
  ]);
  assert.deepEqual(effects("prepare transaction 'g'"), [{ effect: 'prepare-transaction', name: 'g' }]);
  assert.deepEqual(effects('set role x; reset session authorization; set search_path = x; reset all'), [
    { effect: 'set-role' },
    { effect: 'set-role' },
    { effect: 'set-search-path' },
    { effect: 'set-search-path' },
    { effect: 'set', name: 'all' },
  ]);
  assert.deepEqual(effects('declare c cursor for select 1; fetch c; move c; close c; close all'), [
    { effect: 'declare-cursor', name: 'c' },
    { effect: 'fetch', name: 'c' },
    { effect: 'fetch', name: 'c' },
    { effect: 'close-cursor', name: 'c' },
    { effect: 'close-cursor', name: null },
  ]);
  assert.deepEqual(effects('deallocate p; deallocate all; discard plans'), [
    { effect: 'deallocate', name: 'p' },
    { effect: 'deallocate', name: null },
    { effect: 'discard' },
  ]);
  assert.deepEqual(effects('copy t from stdin'), [{ effect: 'copy-in' }]);
  assert.deepEqual(effects('copy t to stdout'), [{ effect: 'copy-out' }]);
});
