import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UniqueKeys } from '../../../src/checks/unique/unique.ts';
import { JsonNumber, type RuntimeAction } from '../../../src/policy/action.ts';
import { call, http, tunnel } from '../../policy/actions.ts';
import { judgeOf } from './support.ts';

const rules = `
  - id: users
    on: { http: { path: /users } }
    check: [{ unique: { key: [body.tenant, "lower(body.email)"] } }]
  - id: mails
    on: { call: { name: email.send } }
    check: [{ unique: { key: [params.to] } }]
    otherwise: hold`;

function judged() {
  const judge = judgeOf(rules, new UniqueKeys(1000));
  return (action: RuntimeAction) => judge.judge(action, null);
}

const user = (tenant: string, email: string | null): RuntimeAction =>
  http('POST', 'https://api.example/users', { tenant: new JsonNumber(tenant), email });

test('a body with the key of one that was sent is denied for the rest of the run', async () => {
  const judge = judged();
  const first = await judge(user('1', 'a@x'));
  assert.equal(first.outcome, 'allow');
  first.settle('completed');
  const second = await judge(user('1', 'A@X'));
  assert.ok(second.outcome === 'denied' && /body\.tenant, body\.email/.test(second.detail));
  assert.equal((await judge(user('2', 'a@x'))).outcome, 'allow', 'another tenant');
});

test('one that failed, or never left, gives its key back', async () => {
  const judge = judged();
  for (const settlement of ['failed', 'void', 'completed'] as const) {
    const ruling = await judge(user('1', 'a@x'));
    assert.equal(ruling.outcome, 'allow');
    ruling.settle(settlement);
  }
  assert.equal((await judge(user('1', 'a@x'))).outcome, 'denied');
});

test('one that is on its way is waited for', async () => {
  const judge = judged();
  const first = await judge(user('1', 'a@x'));
  const others = [judge(user('1', 'a@x')), judge(user('1', 'a@x'))];
  first.settle('failed');
  const second = await Promise.race(others);
  assert.equal(second.outcome, 'allow');
  second.settle('completed');
  const outcomes = (await Promise.all(others)).map(({ outcome }) => outcome);
  assert.deepEqual(outcomes.toSorted(), ['allow', 'denied']);
});

test('a field that is null or not there is no duplicate, and 1.0 is 1', async () => {
  const judge = judged();
  for (const email of [null, null]) (await judge(user('1', email))).settle('completed');
  assert.equal((await judge(user('1', null))).outcome, 'allow');
  (await judge(user('1.0', 'n@x'))).settle('completed');
  assert.equal((await judge(user('1', 'n@x'))).outcome, 'denied');
});

test('a body that was not read is held, and so is a tunnel that nothing is known of', async () => {
  const judge = judged();
  const why = 'the body is larger than 1 MiB';
  const unread = { ...http('POST', 'https://api.example/users'), body: { known: false, why } } as const;
  assert.equal((await judge(unread)).outcome, 'held');
  assert.equal((await judge(tunnel('api.example'))).outcome, 'held');
});

test('parameters of the SDK: the second is held where the rule says so', async () => {
  const judge = judged();
  const mail = call('email.send', { to: 'a@x' });
  (await judge(mail)).settle('completed');
  assert.equal((await judge(mail)).outcome, 'held');
  assert.equal((await judge(call('email.send', { to: 'b@x' }))).outcome, 'allow');
});
