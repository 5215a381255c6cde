import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acting, running, since } from '../../../src/policy/sql/builtins.ts';
import { classifyFunction } from '../../../src/policy/sql/functions.ts';
import { harmless } from '../../../src/policy/sql/harmless.ts';
import { analyse, line } from './analyser.ts';

const calls = (text: string, server?: number) =>
  analyse(text, server)
    .operations.map(line)
    .filter((found) => !found.startsWith('select'));

test('what only looks, sleeps, counts or makes up values is harmless', () => {
  const text =
    "select random(), gen_random_uuid(), nextval('s'), pg_advisory_lock(1), now(), pg_sleep(1), pg_notify('a', 'b'), " +
    "count(*), lower('x'), pg_catalog.upper('y'), jsonb_build_object('a', 1), extract(day from now()), " +
    "position('a' in 'b'), trim('x'), now() at time zone 'UTC', pg_relation_size('t'), coalesce(1, 2)";
  assert.deepEqual(calls(text), []);
});

test('what acts beside the tables is an operation of its own', () => {
  const found = calls(
    "select setval('s', 1), lo_unlink(1), pg_read_file('x'), pg_terminate_backend(1), pg_reload_conf()",
  );
  assert.deepEqual(found, [
    'function setval',
    'function lo_unlink',
    'function pg_read_file',
    'function pg_terminate_backend',
    'function pg_reload_conf',
  ]);
});

test('a user’s function, and one that runs the text it is given, is opaque, wherever it stands', () => {
  assert.deepEqual(calls("select app.f(), g(), public.lower('x')"), [
    'call app.f',
    'call g',
    'call public.lower',
  ]);
  assert.deepEqual(calls("select query_to_xml('delete from users returning 1', true, true, '')"), [
    'call query_to_xml',
  ]);
  assert.deepEqual(calls("select ts_rewrite('a'::tsquery, 'select 1'), ts_rewrite('a', 'b', 'c')"), [
    'call ts_rewrite',
  ]);
  for (const text of [
    'select 1 from t where f(a)',
    'select 1 from t order by f(a)',
    'select 1 from f() x',
    'select 1 from rows from (f(), lower(1)) x',
    'select 1 limit f()',
    'select case when true then f() end',
    'select array[f()]',
    'select sum(a) filter (where f()) over (partition by 1)',
    'select sum(a) over (partition by f())',
    'select * from t join u on f()',
    'select * from lateral (select f()) x',
    'select xmlforest(f() as x)',
    'select distinct on (f()) 1',
    'select (f()).a',
    'select grouping(f())',
    'values (f())',
    'with x as (select f()) select 1',
    'insert into t values (1) returning f()',
    'insert into t (a) values (1) on conflict (a) do update set b = f()',
    'update t set a = f()',
    'delete from t where exists (select f())',
    'execute p(f())',
    'declare c cursor for select f()',
    'copy (select f()) to stdout',
    'explain select f()',
    'create table x as select f()',
    'create table x partition of y for values in (f())',
    'alter table t add column a int default f()',
    'call p(f())',
    'merge into t using s on f() when matched then do nothing',
  ]) {
    assert.ok(calls(text).includes('call f'), text);
  }
});

test('a name that came with a later version is a user’s function on an older server, or one of unknown version', () => {
  assert.deepEqual(calls('select uuidv7()', 18), []);
  assert.deepEqual(calls('select uuidv7()', 17), ['call uuidv7']);
  assert.equal(classifyFunction(['uuidv7'], 0, null), 'call');
  assert.deepEqual(calls("select json_value('1', '$'), json_exists('1', '$')", 17), []);
  assert.deepEqual(calls("select json_value('1', '$')", 16), ['call json_value']);
  assert.deepEqual(calls("select * from json_table('[]', '$[*]' columns (a int)) t", 16), [
    'call json_table',
  ]);
});

test('set_config is SET, and one with a computed name is unknown', () => {
  const found = analyse("select set_config('ROLE', 'x', false)");
  assert.deepEqual(found.operations.map(line), ['select', 'set set_config']);
  assert.deepEqual(found.effects, [{ effect: 'set-role' }]);
  assert.match(analyse("select set_config('ro' || 'le', 'x', false)").unknown[0] ?? '', /set_config/);
});

test('every function stands in one class', () => {
  const classes = [running, acting, harmless];
  const total = classes.reduce((sum, names) => sum + names.size, 0);
  assert.equal(new Set(classes.flatMap((names) => [...names])).size, total);
  assert.ok(harmless.size > 2000);
  for (const name of since.keys()) assert.ok(harmless.has(name), name);
});

test("information_schema's own functions are harmless there, and nowhere else", () => {
  assert.equal(classifyFunction(['information_schema', '_pg_expandarray'], 1, 15), 'harmless');
  assert.equal(classifyFunction(['_pg_expandarray'], 1, 15), 'call');
  assert.equal(classifyFunction(['app', '_pg_expandarray'], 1, 15), 'call');
  assert.equal(classifyFunction(['information_schema', 'mine'], 1, 15), 'call');
  assert.equal(classifyFunction(['other', 'information_schema', '_pg_expandarray'], 1, 15), 'call');
});

test('set_config of a setting that pg_settings knows is SET of that setting, and of nothing else', () => {
  const dump =
    "SELECT set_config(name, 'view', false) FROM pg_settings WHERE name = 'restrict_nonsystem_relation_kind'";
  assert.deepEqual(analyse(dump).unknown, []);
  assert.deepEqual(
    analyse(dump).effects.filter(({ effect }) => effect !== 'execute'),
    [{ effect: 'set', name: 'restrict_nonsystem_relation_kind' }],
  );
  assert.deepEqual(analyse(dump.replace(/restrict_\w+/, 'search_path')).effects, [
    { effect: 'set-search-path' },
  ]);
  for (const other of [
    dump.replace('WHERE', 'WHERE true OR'),
    dump.replace(' =', ' <>'),
    dump.replace('FROM pg_settings', 'FROM pg_settings, t'),
    dump.replace('FROM pg_settings', 'FROM app.pg_settings'),
    dump.replace('set_config(name', 'set_config(setting'),
    `WITH pg_settings AS (SELECT 'role' AS name) ${dump}`,
    dump.replace(" = 'restrict_nonsystem_relation_kind'", ' = $1'),
  ]) {
    assert.equal(analyse(other).unknown.length, 1, other);
  }
});
