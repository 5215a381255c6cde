import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { JsonNumber, type RuntimeAction } from '../../src/policy/action.ts';
import { createAnalyser } from '../../src/policy/sql/analyse.ts';
import type { Facts } from '../../src/policy/verdict.ts';
import { actionOf, factsOf } from '../../src/report/judge-again.ts';
import { recordedOf } from '../../src/report/recorded.ts';
import { recordedSchema } from '../../src/report/recorded-schema.ts';
import { loadSqlParser } from '../../src/targets/sql-parser.ts';
import { call, command, http, judge, param, policy, run, sql, tunnel } from '../policy/actions.ts';

const analyse = createAnalyser(await loadSqlParser());

/** Through the report and back, as JSON. */
function again(action: RuntimeAction, secrets: readonly string[] = [], facts: Facts = {}) {
  const verdict = judge(policy('  []'), action);
  const recorded = recordedOf({ action, run, verdict, facts, id: null }, secrets);
  const read = recordedSchema.parse(JSON.parse(JSON.stringify(recorded)));
  const rebuilt = actionOf(read, analyse);
  return { recorded: read, action: rebuilt, facts: factsOf(read, rebuilt, null) };
}

const number = (text: string) => new JsonNumber(text);
const actions: readonly (readonly [string, RuntimeAction])[] = [
  [
    'a statement with literals',
    sql("DELETE FROM users WHERE id = 7 AND name = 'o''neill \\ x' AND ok = true"),
  ],
  [
    'a parameter used twice',
    sql('UPDATE users SET a = $1 WHERE b = $1 OR c = $2', [param('7', 20), param(null)]),
  ],
  ['parameters without reference', sql('SELECT 1', [param('x', 25), param('8', 20)])],
  ['a type prefix and a cast', sql("SELECT interval '1 day', '7'::int, date '2026-01-01'")],
  [
    'a data-modifying CTE',
    sql('WITH d AS (DELETE FROM a WHERE id = 1 RETURNING *) INSERT INTO b SELECT * FROM d'),
  ],
  ['several statements', sql('BEGIN; INSERT INTO users (id, email) VALUES (1, $$it$$), (2, NULL); COMMIT')],
  ['what does not parse', sql('DELETE FRM users')],
  ['a call of a function', sql('SELECT app.wipe(7)')],
  [
    'a charge',
    http('POST', 'https://api.stripe.com/v1/charges?expand=a&expand=b&x=%26', {
      amount: number('25000'),
      deep: [{ a: null, b: false, 'odd "key"': 'x\n\n{y' }],
      exact: number('9007199254740993'),
    }),
  ],
  ['a body that is text', http('POST', 'https://a.test/x', 'plain')],
  ['a request without body', http('GET', 'https://a.test:8443/x/y?q=1')],
  ['a tunnel', tunnel('api.stripe.com')],
  ['a command', command('/usr/bin/kubectl', 'apply', '-f', 'a b')],
  ['a call', call('email.send', { to: 'a@b.test', n: number('3'), list: [] })],
];

describe('a runtime action that was recorded', () => {
  const rules = `
  - { id: where, on: { sql: { operation: [delete, update] } }, when: 'action.where', hold: { reason: r } }
  - { id: users, on: { sql: { table: users } }, hold: { reason: r } }
  - { id: columns, on: { sql: { column: email } }, hold: { reason: r } }
  - { id: params, on: { sql: {} }, when: 'action.params.size() == 2', hold: { reason: r } }
  - { id: rows, on: { sql: { operation: insert } }, when: 'action.rows[0].id == 1', hold: { reason: r } }
  - { id: amount, on: { http: {} }, when: 'int(action.body.amount) > 10000', hold: { reason: r } }
  - { id: deep, on: { http: {} }, when: 'action.body.deep[0].b == false', hold: { reason: r } }
  - { id: exact, on: { http: {} }, when: 'action.body.exact == 9007199254740993', hold: { reason: r } }
  - { id: query, on: { http: {} }, when: 'action.query.q == "1"', hold: { reason: r } }
  - { id: path, on: { http: { method: POST, host: api.stripe.com, path: /v1/* } }, deny: { reason: r } }
  - { id: argv, on: { command: { argv: 'kubectl apply *' } }, hold: { reason: r } }
  - { id: to, on: { call: { name: email.send } }, when: 'action.params.n == 3', hold: { reason: r } }`;
  const using = policy(rules);
  for (const [what, action] of actions) {
    test(`${what} is judged again as it was`, () => {
      const before = judge(using, action);
      const after = judge(using, again(action).action);
      assert.deepEqual(
        after.trace.map(({ rule, answer }) => [rule, answer]),
        before.trace.map(({ rule, answer }) => [rule, answer]),
      );
      assert.equal(after.decision, before.decision);
    });
  }

  test('names stand as the session resolved them', () => {
    const value = [{ schema: 'app', name: 'users' }];
    const { facts } = again(sql('DELETE FROM users'), [], { relations: { known: true, value } });
    assert.deepEqual(facts.relations, { known: true, value });
  });

  test('names that nobody resolved are unknown, or in the schema that is said', () => {
    const action = sql('DELETE FROM users');
    const { recorded, facts } = again(action);
    assert.equal(facts.relations?.known, false);
    const assumed = factsOf(recorded, action, 'public');
    assert.deepEqual(assumed.relations, { known: true, value: [{ schema: 'public', name: 'users' }] });
  });

  test('rows stay as they were estimated, and unknown where nobody asked', () => {
    const action = sql('DELETE FROM users');
    const { facts } = again(action, [], { estimatedRows: { known: true, value: 12 } });
    assert.deepEqual(facts.estimatedRows, { known: true, value: 12 });
    assert.equal(again(action).facts.estimatedRows?.known, false);
  });
});

describe('a secret in a recorded runtime action', () => {
  const secret = 'hunter2hunter2';
  const cases: readonly (readonly [string, RuntimeAction, string])[] = [
    ['a literal', sql(`UPDATE users SET note = '${secret}' WHERE id = 1`), '{ sql: {} }'],
    ['a parameter', sql('UPDATE users SET note = $1', [param(secret, 25)]), '{ sql: {} }'],
    ['a column of secret name', sql("UPDATE users SET password = 'x1'"), '{ sql: {} }'],
    [
      'a body',
      http('POST', 'https://a.test/', { password: 'x1', note: secret, n: number('1') }),
      '{ http: {} }',
    ],
    ['a query', http('GET', `https://a.test/?token=${secret}`), '{ http: {} }'],
    ['a word', command('psql', `--password=${secret}`), '{ command: {} }'],
  ];
  for (const [what, action, on] of cases) {
    test(`${what} stands nowhere in the record, and nothing else is lost`, () => {
      const { recorded, action: rebuilt } = again(action, [secret]);
      assert.doesNotMatch(JSON.stringify(recorded), /hunter2|"x1"/);
      const all = policy(`  - { id: all, on: ${on}, deny: { reason: r } }`);
      assert.equal(judge(all, rebuilt).decision, 'deny');
    });
  }

  test('a rule that reads it is unknown, and so holds', () => {
    const { action } = again(http('POST', 'https://a.test/', { password: 'x1', n: number('1') }));
    const reads = policy(
      '  - { id: p, on: { http: {} }, when: \'action.body.password == "no"\', deny: { reason: r } }',
    );
    const other = policy("  - { id: n, on: { http: {} }, when: 'action.body.n == 1', deny: { reason: r } }");
    assert.equal(judge(reads, action).decision, 'hold');
    assert.equal(judge(other, action).decision, 'deny');
  });
});
