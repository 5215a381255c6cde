import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveExecutes } from '../../../src/policy/sql/execute.ts';
import { analyse, line, shown } from './analyser.ts';

test('PREPARE tells the text that it keeps, also among other statements', () => {
  const found = analyse(
    'select 1; prepare "P" (int) as delete from t where a = $1 /* x */; prepare q as select (1) as a',
  );
  assert.deepEqual(found.effects, [
    { effect: 'prepare', name: 'P', statement: 'delete from t where a = $1' },
    { effect: 'prepare', name: 'q', statement: 'select (1) as a' },
  ]);
  assert.deepEqual(found.operations.map(line), ['select']);
});

test('EXECUTE alone is unknown; with the prepared text it is what that does, and both texts are bound', () => {
  const execute = analyse("execute p('7')");
  assert.match(execute.unknown.join(), /EXECUTE runs the prepared statement "p"/);
  const prepared = analyse("delete from users where id = $1 and kind = 'x'");
  const resolved = resolveExecutes(execute, (name) => (name === 'p' ? prepared : null));
  assert.deepEqual(resolved.unknown, []);
  assert.deepEqual(resolved.operations.map(line), ['delete users']);
  assert.equal(
    shown(resolved),
    'execute p(‹$1›) -- delete from users where id = ‹prepared.$1› and kind = ‹prepared.$2›',
  );
  assert.equal(resolved.shape.length, resolved.holes.length + 1);
  const other = resolveExecutes(execute, () => analyse("delete from users where id = $1 and kind = 'y'"));
  assert.notDeepEqual(other.holes, resolved.holes);
});

test('an EXECUTE of an unknown name stays unknown, also inside EXPLAIN ANALYZE and CREATE TABLE AS', () => {
  for (const text of ['execute p', 'explain analyze execute p', 'create table t as execute p']) {
    assert.equal(resolveExecutes(analyse(text), () => null).unknown.length, 1);
  }
});

test('parameters of the prepared text are not taken for those of the message', () => {
  const resolved = resolveExecutes(analyse("execute p('a')"), () => analyse('insert into t (a) values ($1)'));
  assert.deepEqual(resolved.operations[0]?.rows, [{ a: { from: 'computed' } }]);
});
