import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../src/policy/decide.ts';
import { call, command, database, decisionOn, http, judge, policy, run, sql, tunnel } from './actions.ts';

const hold = (on: string) => `  - { id: r, on: ${on}, hold: { reason: because } }`;

test('sql matches by operation, table, column, function and target, all of them together', () => {
  const rule = hold('{ sql: { operation: [delete, update], table: "public.*", target: staging-db } }');
  assert.equal(decisionOn(rule, 'delete from users'), 'hold');
  assert.equal(decisionOn(rule, 'update public.users set a = 1'), 'hold');
  assert.equal(decisionOn(rule, 'delete from app.users'), 'allow');
  assert.equal(decisionOn(rule, 'select * from users'), 'allow');
  assert.equal(
    judge(policy(rule), sql('delete from users', [], { ...database, name: 'other' })).decision,
    'allow',
  );
  const columns = hold('{ sql: { operation: [update, select], column: "pass*" } }');
  assert.equal(decisionOn(columns, 'update t set password = 1'), 'hold');
  assert.equal(decisionOn(columns, 'update t set name = 1'), 'allow');
  assert.equal(decisionOn(columns, 'select * from t'), 'hold');
  const functions = hold('{ sql: { operation: function, function: pg_read_* } }');
  assert.equal(decisionOn(functions, "select pg_read_file('x')"), 'hold');
  assert.equal(decisionOn(functions, "select pg_ls_dir('x')"), 'allow');
});

test('a rule matches when one pair of operation and table does, and never mixes two', () => {
  const rule = hold('{ sql: { operation: delete, table: users } }');
  assert.equal(decisionOn(rule, 'insert into log (a) values (1); delete from users'), 'hold');
  assert.equal(decisionOn(rule, 'delete from log; select * from users'), 'allow');
});

test('http matches by method, host, path and target, in every spelling that a server may take', () => {
  const using = policy(hold('{ http: { method: POST, host: "*.stripe.com", path: /v1/charges } }'));
  const decision = (method: string, path: string, host = 'api.stripe.com') => {
    const action = http(method, `https://${host}/`);
    return judge(using, { ...action, path: { known: true, value: path } }).decision;
  };
  assert.equal(decision('POST', '/v1/charges'), 'hold');
  for (const path of [
    '/v1/charges/',
    '//v1//charges',
    '/v1/./charges',
    '/v1/x/../charges',
    '/v1/%63harges',
    '/v1/charges;x=1',
  ]) {
    assert.equal(decision('POST', path), 'hold', path);
  }
  assert.equal(decision('post', '/v1/charges'), 'hold');
  assert.equal(decision('POST', '/v1/charges', 'API.stripe.com.'), 'hold');
  assert.equal(decision('GET', '/v1/charges'), 'allow');
  assert.equal(decision('POST', '/v1/charges2'), 'allow');
  assert.equal(decision('POST', '/v1/charges', 'stripe.com.evil.example'), 'allow');
  assert.equal(decision('POST', '/%zz'), 'hold', 'a broken escape is unknown');
});

test('what lets an HTTP request through must be certain of every reading of its path', () => {
  const using = policy('  - { id: r, on: { http: { path: "/public/**" } }, allow: {} }', 'hold');
  const decision = (path: string) =>
    judge(using, { ...http('GET', 'https://x.example/'), path: { known: true, value: path } }).decision;
  assert.equal(decision('/public/a'), 'allow');
  for (const path of ['/public/../admin', '/public/%2e%2e/admin', '/public/..\\admin'])
    assert.equal(decision(path), 'hold', path);
});

test('of a TLS tunnel only the host is known', () => {
  const byHost = policy(hold('{ http: { host: api.stripe.com } }'));
  assert.deepEqual(judge(byHost, tunnel('api.stripe.com')).unknown, []);
  assert.equal(judge(byHost, tunnel('api.stripe.com')).decision, 'hold');
  const byPath = policy(
    '  - { id: r, on: { http: { host: api.stripe.com, path: /v1/charges } }, deny: { reason: x } }',
  );
  const verdict = judge(byPath, tunnel('api.stripe.com'));
  assert.equal(verdict.decision, 'hold');
  assert.match(verdict.unknown.join(), /path: a TLS tunnel hides it/);
  assert.equal(judge(byPath, tunnel('other.example')).decision, 'allow');
});

test('commands match by their words, also by the program’s path, and calls by name', () => {
  const using = policy(hold('{ command: { argv: "terraform apply*" } }'));
  assert.equal(judge(using, command('terraform', 'apply', '-auto-approve')).decision, 'hold');
  assert.equal(judge(using, command('/usr/bin/terraform', 'apply')).decision, 'hold');
  assert.equal(judge(using, command('terraform', 'plan')).decision, 'allow');
  const lax = policy('  - { id: r, on: { command: { argv: "ls*" } }, allow: {} }', 'hold');
  assert.equal(judge(lax, command('ls')).decision, 'allow');
  assert.equal(judge(lax, command('/tmp/evil/ls')).decision, 'hold');
  const calls = policy(hold('{ call: { name: "email.*" } }'));
  assert.equal(judge(calls, call('email.send', {})).decision, 'hold');
  assert.equal(judge(calls, call('sms.send', {})).decision, 'allow');
});

test('an exemption must hold for every pair, and names are resolved on the session', () => {
  const using = policy(
    '  - { id: r, on: { sql: { operation: delete } }, unless: [ { sql: { table: public.sessions } } ], hold: { reason: x } }',
  );
  const exempt = { schema: 'public', name: 'sessions' };
  const users = { schema: 'public', name: 'users' };
  const both = sql('delete from public.sessions; delete from public.users');
  assert.equal(judge(using, sql('delete from public.sessions'), [exempt]).decision, 'allow');
  assert.equal(judge(using, both, [exempt, users]).decision, 'hold');
  for (const text of ['delete from sessions', 'delete from public.sessions']) {
    const open = { policy: using, action: sql(text), run, facts: {} };
    assert.deepEqual(decide(open), { kind: 'needs', facts: ['relations'] });
    assert.equal(judge(using, sql(text), [{ ...exempt, standsForOthers: true }]).decision, 'hold', 'a view');
  }
  assert.equal(judge(using, sql('delete from sessions'), [exempt]).decision, 'allow');
  assert.equal(
    judge(using, sql('delete from sessions'), [{ schema: 'pg_temp_3', name: 'sessions' }]).decision,
    'hold',
  );
  assert.equal(judge(using, sql('delete from sessions'), [null]).decision, 'hold');
  assert.equal(judge(using, sql('delete from sessions'), 'unknown').decision, 'hold');
  assert.equal(
    judge(using, sql('delete from users')).decision,
    'hold',
    'a name that cannot fit needs no session',
  );
});

test('names are asked for only where a rule reads them', () => {
  const using = policy(hold('{ sql: { operation: delete, table: public.users } }'));
  assert.equal(judge(using, sql('delete from users')).decision, 'hold');
});
