import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startLocalApi } from '../../src/gates/local/api.ts';
import { JsonNumber } from '../../src/policy/action.ts';
import { DeniedError, guard, HeldError } from '../../src/sdk/index.ts';
import { serialize } from '../../src/sdk/serialize.ts';
import { localTargets } from '../../src/targets/local.ts';
import { type TestJudge, testJudge } from '../gates/http/support.ts';

async function behind(t: TestContext, judge: TestJudge) {
  const api = await startLocalApi({ judge, targetFor: localTargets([]), root: process.cwd() });
  process.env.JIT_APPROVAL_URL = api.url;
  t.after(async () => {
    delete process.env.JIT_APPROVAL_URL;
    await api.close();
  });
  return api;
}

test('without JIT_APPROVAL_URL guard calls through', async () => {
  assert.equal(await guard({ kind: 'email.send', params: new Map() }, () => 42), 42);
});

test('an allowed call gives back its result, and names the line that made it', async (t) => {
  const judge = testJudge(() => 'allow');
  await behind(t, judge);
  const before = Number(/guard\.test\.ts:(\d+)/.exec(new Error().stack ?? '')?.[1]);
  const result = await guard(
    { kind: 'email.send', target: 'mailer', params: { to: 'a@b', n: 10n ** 20n } },
    () => Promise.resolve('sent'),
  );
  assert.equal(result, 'sent');
  const [action] = judge.actions;
  assert(action?.kind === 'call');
  assert.equal(action.name, 'email.send');
  assert.equal(action.target.name, 'mailer');
  assert.equal(action.origin?.file, 'test/sdk/guard.test.ts');
  assert.equal(action.origin?.line, before + 1);
  assert.deepEqual(action.params, {
    known: true,
    value: { to: 'a@b', n: new JsonNumber('100000000000000000000') },
  });
  assert.deepEqual(await judge.settledAll(1), ['completed']);
});

test('held and denied calls throw what programs can tell apart, and run nothing', async (t) => {
  let ran = false;
  const fn = (): void => {
    ran = true;
  };
  let wish: 'held' | 'denied' = 'held';
  const judge = testJudge(() => wish);
  await behind(t, judge);
  await assert.rejects(guard({ kind: 'x' }, fn), (error) => {
    assert(error instanceof HeldError);
    assert.deepEqual([error.code, error.actionId, error.hint], ['JA001', '7f3k9q2m', '/approve 7f3k9q2m']);
    assert.match(error.message, /held.*\/approve 7f3k9q2m/);
    return true;
  });
  wish = 'denied';
  await assert.rejects(guard({ kind: 'x' }, fn), (error) => {
    assert(error instanceof DeniedError);
    assert.equal(error.code, 'JA002');
    return true;
  });
  assert.equal(ran, false);
  assert.deepEqual(await judge.settledAll(2), ['refused', 'refused']);
});

test('an error of the call passes through and is settled as failed', async (t) => {
  const judge = testJudge(() => 'allow');
  await behind(t, judge);
  const fault = new Error('SMTP 550');
  await assert.rejects(
    guard({ kind: 'x' }, () => {
      throw fault;
    }),
    (error) => error === fault,
  );
  assert.deepEqual(await judge.settledAll(1), ['failed']);
});

test('an address that does not answer stops the call, without telling the secret', async (t) => {
  const api = await behind(
    t,
    testJudge(() => 'allow'),
  );
  await api.close();
  let ran = false;
  await assert.rejects(
    guard({ kind: 'x' }, () => {
      ran = true;
    }),
    (error) => {
      assert(error instanceof Error && 'code' in error);
      assert.equal(error.code, 'JA003');
      assert.match(error.message, /nothing answers at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)/);
      assert.doesNotMatch(error.message, new RegExp(new URL(api.url).pathname.slice(1)));
      return true;
    },
  );
  process.env.JIT_APPROVAL_URL = 'nonsense';
  await assert.rejects(
    guard({ kind: 'x' }, () => {}),
    /holds no http:\/\/ address/,
  );
  assert.equal(ran, false);
});

test('parameters too large to send are unknown, not cut', async (t) => {
  const judge = testJudge(() => 'allow');
  await behind(t, judge);
  await guard({ kind: 'x', params: 'y'.repeat(2_000_000) }, () => {});
  const [action] = judge.actions;
  assert(action?.kind === 'call');
  assert.deepEqual(action.params, { known: false, why: 'parameters of 2000002 characters' });
});

test('parameters are JSON without silent losses', () => {
  const date = new Date(0);
  assert.equal(
    serialize({ a: undefined, b: [undefined, 1n], c: date, __proto__: null, d: '\u2028"' }),
    JSON.stringify({ b: [null, 1], c: date.toISOString(), d: '\u2028"' }),
  );
  assert.equal(serialize(undefined), 'null');
  assert.equal(serialize(JSON.parse('{"__proto__":1}')), '{"__proto__":1}');
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const cases: [unknown, RegExp][] = [
    [{ amount: Number.NaN }, /params\.amount is NaN/],
    [[() => 1], /params\[0\] is a function/],
    [{ m: new Map() }, /params\.m is a Map/],
    [{ b: Buffer.from('x') }, /params\.b is bytes/],
    [{ d: new Date('x') }, /params\.d is an invalid Date/],
    [cycle, /params\.self is a cycle/],
  ];
  for (const [value, expected] of cases) assert.throws(() => serialize(value), expected);
});
