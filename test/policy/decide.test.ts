import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conclude } from '../../src/policy/decide.ts';
import { httpReads } from '../../src/policy/http-reads.ts';
import type { CheckResult } from '../../src/policy/verdict.ts';
import { call, database, decisionOn, http, judge, load, policy, sql, text, yamlOf } from './actions.ts';

const allow = '  - { id: a, on: { sql: {} }, allow: {} }';
const hold = '  - { id: h, on: { sql: { table: users } }, hold: { reason: Held } }';
const deny = '  - { id: d, on: { sql: { operation: delete } }, deny: { reason: Denied } }';

test('the strictest matching rule wins, in whatever order they stand', () => {
  for (const rules of [
    [allow, hold, deny],
    [deny, hold, allow],
    [hold, deny, allow],
  ]) {
    const using = policy(rules.join('\n'), 'hold');
    assert.equal(judge(using, sql('delete from users')).decision, 'deny');
    assert.equal(judge(using, sql('update users set a = 1')).decision, 'hold');
    assert.equal(judge(using, sql('update carts set a = 1')).decision, 'allow');
  }
});

test('several holds combine, sorted by id, and the trace tells of every rule', () => {
  const verdict = judge(
    policy(`${hold}\n  - { id: b, on: { sql: {} }, hold: { reason: Second } }\n${allow}`),
    sql('select * from users'),
  );
  assert.deepEqual(
    verdict.rules.map(({ id }) => id),
    ['b', 'h'],
  );
  assert.equal(verdict.reason, 'Second; Held');
  assert.deepEqual(
    verdict.trace.map(({ rule, answer }) => `${rule} ${answer}`),
    ['h yes', 'b yes', 'a yes', 'opaque-call no'],
  );
  assert.ok(verdict.trace.every(({ why }) => why !== ''));
  assert.equal(verdict.rules[1]?.at?.line, 5);
});

test('the default speaks for each operation that no allow rule matches', () => {
  const rules = '  - { id: s, on: { sql: { operation: select } }, allow: {} }';
  assert.equal(decisionOn(rules, 'select 1', 'deny'), 'allow');
  assert.equal(decisionOn(rules, 'begin', 'deny'), 'allow', 'a transaction by itself changes nothing');
  assert.equal(decisionOn(rules, '', 'deny'), 'allow', 'nothing happens');
  assert.equal(decisionOn(rules, 'select 1; drop table t', 'deny'), 'deny');
  assert.equal(
    decisionOn(rules, 'with x as (insert into t (a) values (1) returning a) select * from x', 'hold'),
    'hold',
  );
  const verdict = judge(policy(rules, 'hold'), sql('drop table t'));
  assert.deepEqual(
    verdict.rules.map(({ id, effect }) => [id, effect]),
    [['default', 'hold']],
  );
});

test('only a rule that allows takes an operation from the default: others add to it', () => {
  const insert = 'insert into t (a) values (1)';
  const held = '  - { id: h, on: { sql: { operation: insert } }, hold: { reason: x } }';
  const checked = '  - { id: c, on: { sql: { operation: insert } }, check: [ { expression: "true" } ] }';
  const open = '  - { id: a, on: { sql: { operation: insert } }, allow: {} }';
  assert.equal(decisionOn(held, insert, 'deny'), 'deny');
  assert.equal(decisionOn(`${held}\n${open}`, insert, 'deny'), 'hold');
  assert.equal(decisionOn(checked, insert, 'deny'), 'deny');
  const passed = judge(policy(checked, 'hold'), sql(insert));
  assert.equal(passed.decision, 'hold', 'a passed check is no word that allows');
  assert.match(passed.reason, /No rule allows it/);
  const both = judge(policy(`${checked}\n${open}`, 'deny'), sql(insert));
  assert.deepEqual([both.decision, both.checks.length], ['allow', 1]);
  assert.deepEqual(
    judge(policy(held, 'hold'), sql(insert)).rules.map(({ id }) => id),
    ['default', 'h'],
    'what the default asks of people is asked beside what the rule asks',
  );
  assert.equal(decisionOn(open, `${insert}; drop table t`, 'deny'), 'deny', 'each operation by itself');
});

test('unknown holds for a hold, a deny and a check, matches no allow and exempts nothing', () => {
  const statement = 'insert into t (a) values (now())';
  const when = 'when: "action.rows[0].a == 1"';
  const decision = (effect: string, fallback = 'allow') =>
    judge(
      policy(`  - { id: r, on: { sql: { operation: insert } }, ${when}, ${effect} }`, fallback),
      sql(statement),
    );
  for (const effect of ['hold: { reason: x }', 'deny: { reason: x }', 'check: [ { expression: "true" } ]']) {
    const verdict = decision(effect);
    assert.equal(verdict.decision, 'hold', effect);
    assert.match(verdict.unknown.join(), /"a" is not known/);
    assert.match(verdict.reason, /unknown whether rule r applies/);
    assert.equal(verdict.rules[0]?.effect, 'hold');
  }
  assert.equal(decision('allow: {}', 'deny').decision, 'deny');
  const exempted = "  - { id: r, on: { sql: {} }, unless: [ 'action.rows[0].a == 1' ], hold: { reason: x } }";
  assert.equal(decisionOn(exempted, statement), 'hold');
  const limited = "  - { id: r, on: { sql: {} }, unless: [ 'action.rows[0].a == 1' ], allow: {} }";
  assert.equal(decisionOn(limited, statement, 'deny'), 'deny');
});

test('a statement that does not parse is held, whatever the rules are about, but for a disposable target', () => {
  const using = policy('  - { id: r, on: { http: {} }, deny: { reason: x } }');
  const verdict = judge(using, sql('selec 1'));
  assert.equal(verdict.decision, 'hold');
  assert.deepEqual(
    verdict.rules.map(({ id }) => id),
    ['opaque-call'],
  );
  assert.match(verdict.unknown.join(), /could not be parsed/);
  assert.equal(judge(using, sql('selec 1', [], { ...database, disposable: true })).decision, 'allow');
  assert.equal(judge(policy(deny), sql('selec 1', [], { ...database, disposable: true })).decision, 'hold');
});

test('calls of user functions are held unless the target is disposable or names them', () => {
  const using = load(
    text(
      'version: 1\ndefault: allow\ntargets: { staging-db: { postgres: { env: X }, functions: [app.next_no] } }\n',
    ),
  );
  assert.equal(judge(using, sql('select app.next_no()')).decision, 'allow');
  assert.equal(judge(using, sql('select next_no()')).decision, 'hold');
  assert.equal(judge(using, sql('select app.next_no(), app.other()')).decision, 'hold');
  assert.equal(judge(using, sql('do $$ x $$')).decision, 'hold');
  assert.equal(judge(using, sql('do $$ x $$', [], { ...database, disposable: true })).decision, 'allow');
  assert.equal(
    judge(using, sql('select app.next_no()', [], { ...database, name: 'constructor' })).decision,
    'hold',
  );
});

test('checks of a matching rule are asked for, and their results conclude the verdict', () => {
  const rules =
    '  - { id: c, on: { sql: { operation: insert } }, check: [ { expression: "true" }, { schema: s.json } ], otherwise: hold }';
  const verdict = judge(
    policy(`${rules}\n  - { id: d, on: { sql: {} }, check: [ { expression: "false" } ] }`),
    sql('insert into t (a) values (1)'),
  );
  assert.equal(verdict.decision, 'allow');
  assert.equal(verdict.checks.length, 3);
  const results = (...outcomes: CheckResult['outcome'][]) =>
    outcomes.flatMap((outcome, index): CheckResult[] => {
      const request = verdict.checks[index];
      return request === undefined ? [] : [{ request, outcome, expected: 'an a', met: 'a b' }];
    });
  assert.equal(conclude(verdict, results('passed', 'passed', 'passed')).decision, 'allow');
  const held = conclude(verdict, results('failed', 'passed', 'passed'));
  assert.deepEqual([held.decision, held.reason], ['hold', 'checks of rule c: expected an a; met a b']);
  assert.equal(conclude(verdict, results('failed', 'passed', 'failed')).decision, 'deny');
  assert.equal(conclude(verdict, results('passed', 'passed', 'unknown')).decision, 'hold');
  assert.equal(
    conclude(verdict, results('passed', 'passed')).decision,
    'hold',
    'a check that did not run is unknown',
  );
});

test('of two texts the strictest verdict wins, and each judges by its own default', () => {
  const base = text(yamlOf(allow, 'deny'));
  const other = text(yamlOf(hold, 'allow'), 'default');
  assert.equal(judge(load(base, other), sql('delete from users')).decision, 'hold');
  assert.equal(judge(load(base, other), sql('delete from carts')).decision, 'allow');
  const strict = text(yamlOf('  []', 'deny'), 'default');
  assert.equal(judge(load(base, strict), sql('delete from carts')).decision, 'deny');
  assert.equal(load(base, other).sources.length, 2);
});

test('a body is read where a rule that can hold or deny may match the head, and streamed elsewhere', () => {
  const using = policy(
    '  - { id: r, on: { http: { method: POST, host: api.example } }, when: int(action.body.amount) > 5, hold: { reason: x } }',
  );
  assert.equal(httpReads(using, http('POST', 'https://api.example/')), 'body');
  assert.equal(httpReads(using, http('GET', 'https://api.example/')), 'head');
  assert.equal(httpReads(using, http('POST', 'https://other.example/')), 'head');
  assert.equal(httpReads(policy('  []', 'hold'), http('GET', 'https://other.example/')), 'body');
});

test('a rule about another kind says so', () => {
  const verdict = judge(policy(hold), call('x', null));
  assert.deepEqual(verdict.trace[0], { rule: 'h', answer: 'no', why: 'it is about sql' });
});
