import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SqlAction, SqlParam } from '../../src/policy/action.ts';
import { shapeLine } from '../../src/suite/shape-line.ts';
import { http, param, sql } from '../policy/actions.ts';

const lost: SqlParam = { oid: 60_001, value: { known: false, why: 'not read' }, hex: null };

/** The same by an analysis that nobody has met: nothing kept can answer. */
function fresh(action: SqlAction): SqlAction {
  return { ...action, analysis: { ...action.analysis } };
}

test('what is kept of a statement is what would be made of it anew, whatever its parameters and the secrets', () => {
  const secrets = ['first-long-secret'];
  const statement = 'insert into users (email, "second-long-secret") values ($1, $2)';
  const shared = sql(statement);
  const variants: readonly (readonly SqlParam[])[] = [
    [param('a@x'), param('1', 23)],
    [param(null), param('first-long-secret')],
    [],
    [lost, param('b')],
    [param('b'), lost],
    [param('a'), param('b'), param('c')],
  ];
  for (const round of [1, 2, 3]) {
    for (const params of variants) {
      const action = { ...shared, params };
      assert.equal(shapeLine(action, secrets), shapeLine(fresh(action), secrets), `${round}`);
    }
    // a secret that the run learns later is redacted from then on
    if (round === 2) secrets.push('second-long-secret');
  }
  const last = shapeLine({ ...shared, params: variants[0] ?? [] }, secrets);
  assert.doesNotMatch(last, /second-long-secret/);
  assert.match(shapeLine({ ...shared, params: variants[0] ?? [] }, []), /second-long-secret/);
});

test('values never show in what is counted, and differ in no count', () => {
  const one = shapeLine(http('POST', 'https://api.example/a?k=1', { n: 'x' }), []);
  assert.equal(one, shapeLine(http('POST', 'https://api.example/a?k=2', { n: 'y' }), []));
  const statement = sql('delete from users where id = 77');
  assert.match(shapeLine(statement, []), /where id = ‹varies›$/);
});

test('of a large statement the line is that of its beginning', () => {
  const insert = (rows: number) =>
    sql(`insert into users (id, email) values ${Array(rows).fill("(1, 'a@x')").join(', ')}`);
  const line = shapeLine(insert(5_000), []);
  assert.equal(line, shapeLine(insert(400), []));
  assert.match(line, /^insert into users\(id, email\) values \(‹varies›, ‹varies›\), .*…$/);
  assert.equal(line.length, 300);
});
