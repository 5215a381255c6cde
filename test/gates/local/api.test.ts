import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { startLocalApi } from '../../../src/gates/local/api.ts';
import { JsonNumber } from '../../../src/policy/action.ts';
import { localTargets } from '../../../src/targets/local.ts';
import { raw, type TestJudge, testJudge } from '../http/support.ts';

async function apiFor(t: TestContext, judge: TestJudge) {
  const targetFor = localTargets([{ name: 'mailer', kind: 'call', disposable: false }]);
  const api = await startLocalApi({ judge, targetFor, root: '/repo' });
  t.after(() => api.close());
  return api;
}

function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(url, {
    method: 'POST',
    body: text,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

test('a place that no report takes is no place', async (t) => {
  const judge = testJudge(() => 'allow');
  const api = await apiFor(t, judge);
  const places = [
    { file: `${'a/'.repeat(600)}x.ts`, line: 1 },
    { file: 'test/a.ts', line: 1_000_001 },
    { file: '../outside.ts', line: 1 },
  ];
  for (const origin of places) {
    await post(`${api.url}/v1/judge`, JSON.stringify({ kind: 'call', name: 'x', cwd: '/repo', origin }));
  }
  assert.deepEqual(
    judge.actions.map(({ origin }) => origin),
    [null, null, null],
  );
});

test('a call is judged with its parameters, target and origin, and settled by its ticket', async (t) => {
  const judge = testJudge(() => 'allow');
  const api = await apiFor(t, judge);
  assert.deepEqual(api.environment, { JIT_APPROVAL_URL: api.url });
  const answer = await post(
    `${api.url}/v1/judge`,
    '{"kind":"call","name":"email.send","target":"mailer","params":{"n":9007199254740993},' +
      '"cwd":"/repo/pkg","origin":{"file":"test/a.ts","line":12}}',
  );
  const { outcome, ticket } = (await answer.json()) as { outcome: string; ticket: string };
  assert.equal(outcome, 'allow');
  assert.deepEqual(judge.actions[0], {
    kind: 'call',
    name: 'email.send',
    origin: { file: 'pkg/test/a.ts', line: 12 },
    params: { known: true, value: { n: new JsonNumber('9007199254740993') } },
    target: {
      name: 'mailer',
      kind: 'call',
      declared: true,
      disposable: false,
      identity: 'mailer',
      host: null,
      port: null,
      database: null,
    },
  });
  assert.equal(judge.settled.length, 0);
  const settled = await post(`${api.url}/v1/settle`, { ticket, settlement: 'completed', latencyMs: 2.5 });
  assert.equal(settled.status, 204);
  assert.deepEqual(judge.settled, [{ settlement: 'completed', latencyMs: 2.5 }]);
  const again = await post(`${api.url}/v1/settle`, { ticket, settlement: 'failed' });
  assert.equal(again.status, 404);
  assert.equal(judge.settled.length, 1);
});

test('a held command is answered with its id and settled as refused', async (t) => {
  const judge = testJudge(() => 'held');
  const api = await apiFor(t, judge);
  const answer = await post(`${api.url}/v1/judge`, {
    kind: 'command',
    argv: ['make', 'deploy'],
    cwd: '/repo/x',
  });
  assert.deepEqual(await answer.json(), {
    outcome: 'held',
    actionId: '7f3k9q2m',
    message: 'This request is held.',
    detail: 'Charge above 100.00',
    hint: '/approve 7f3k9q2m',
  });
  assert.deepEqual(await judge.settledAll(1), ['refused']);
  const [action] = judge.actions;
  assert(action?.kind === 'command');
  assert.deepEqual([action.name, action.argv, action.cwd], ['command', ['make', 'deploy'], 'x']);
});

test('tickets that nobody settled count as failed when the gate closes', async (t) => {
  const judge = testJudge(() => 'allow');
  const api = await apiFor(t, judge);
  await (await post(`${api.url}/v1/judge`, { kind: 'call', name: 'x' })).json();
  await api.close();
  assert.deepEqual(await judge.settledAll(1), ['failed']);
});

test('a caller that is gone before the verdict never began: void', async (t) => {
  let decide: () => void = () => {};
  let asked: () => void = () => {};
  const wasAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const judge = testJudge(() => {
    asked();
    return new Promise((resolve) => {
      decide = () => resolve('allow');
    });
  });
  const api = await apiFor(t, judge);
  const body = '{"kind":"call","name":"x"}';
  const { pathname, host } = new URL(api.url);
  const socket = connect(api.port, '127.0.0.1');
  socket.write(
    `POST ${pathname}/v1/judge HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await wasAsked;
  await api.close();
  decide();
  assert.deepEqual(await judge.settledAll(1), ['void']);
});

test('strangers, web pages and rebound names are refused', async (t) => {
  const judge = testJudge(() => 'allow');
  const api = await apiFor(t, judge);
  const call = { kind: 'call', name: 'x' };
  const { origin } = new URL(api.url);
  assert.equal((await post(`${origin}/v1/judge`, call)).status, 403);
  assert.equal((await post(`${origin}/wrong-secret/v1/judge`, call)).status, 403);
  assert.equal((await post(`${api.url}/v1/judge`, call, { origin: 'https://evil.example' })).status, 403);
  assert.equal((await post(`${api.url}/v1/judge`, call, { 'content-type': 'text/plain' })).status, 415);
  const rebound = await raw(
    api.port,
    `POST ${new URL(api.url).pathname}/v1/judge HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n`,
  );
  assert.match(rebound, /^HTTP\/1\.1 421 /);
  assert.equal(judge.actions.length, 0);
});

test('malformed requests get one sentence and are not judged', async (t) => {
  const judge = testJudge(() => 'allow');
  const api = await apiFor(t, judge);
  const cases: [string, RegExp][] = [
    ['{"kind":"call"', /invalid JSON at character 15/],
    ['{"kind":"call","name":"x","name":"y"}', /name.{2} twice/],
    ['{"kind":"call","name":"x","extra":1}', /extra/],
    ['{"kind":"command","argv":[],"cwd":"/"}', /argv/],
    ['{"kind":"sql"}', /kind/],
  ];
  for (const [body, expected] of cases) {
    const answer = await post(`${api.url}/v1/judge`, body);
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), expected);
  }
  assert.equal(judge.actions.length, 0);
});
