import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { fetch, ProxyAgent, request } from 'undici';
import { startHttpProxy } from '../../../src/gates/http/proxy.ts';
import type { HttpAction, RuntimeAction } from '../../../src/policy/action.ts';
import { basic, raw, recordingTarget, type TestJudge, targetFor, testJudge } from './support.ts';

const run = promisify(execFile);
const credential = 'one-run-password';

async function proxyFor(t: TestContext, judge: TestJudge, uid: number | null = null) {
  const gate = await startHttpProxy({ judge, targetFor, uid, credential });
  t.after(() => gate.close());
  return gate;
}

function pathOf(action: RuntimeAction): string | null {
  const { path } = http(action);
  return path.known ? path.value : null;
}

function http(action: RuntimeAction | undefined): HttpAction {
  assert(action?.kind === 'http');
  return action;
}

test('an allowed request in absolute form reaches the target and is settled with its latency', async (t) => {
  const target = await recordingTarget(t);
  const judge = testJudge(() => 'allow');
  const gate = await proxyFor(t, judge);
  const answer = await raw(
    gate.port,
    `POST http://127.0.0.1:${target.port}/v1/charges?b=2&a=%20x HTTP/1.1\r\nHost: elsewhere\r\n` +
      `Proxy-Authorization: ${basic(credential)}\r\nContent-Type: application/json\r\nContent-Length: 12\r\n` +
      'Connection: close\r\n\r\n{"amount":7}',
  );
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(answer, /answer 1$/);
  const action = http(judge.actions[0]);
  assert.equal(action.method.known && action.method.value, 'POST');
  assert.equal(action.path.known && action.path.value, '/v1/charges');
  assert.deepEqual(action.query.known && action.query.value, [
    ['b', '2'],
    ['a', ' x'],
  ]);
  assert.deepEqual(JSON.parse(JSON.stringify(action.body)), {
    known: true,
    value: { amount: { number: '7' } },
  });
  assert.match(action.bodyDigest ?? '', /^[0-9a-f]{64}$/);
  assert.equal(target.seen[0]?.body, '{"amount":7}');
  assert.equal(target.seen[0]?.url, '/v1/charges?b=2&a=%20x');
  assert.deepEqual(target.seen[0]?.headers.slice(0, 2), ['host', `127.0.0.1:${target.port}`]);
  assert.deepEqual(await judge.settledAll(1), ['completed']);
  assert.ok((judge.settled[0]?.latencyMs ?? -1) >= 0);
});

test('a held request gets 423 and a problem document, and never reaches the target', async (t) => {
  const target = await recordingTarget(t);
  const judge = testJudge(() => 'held');
  const gate = await proxyFor(t, judge);
  const agent = new ProxyAgent({ uri: gate.url, proxyTunnel: false });
  t.after(() => agent.close());
  const answer = await request(`http://127.0.0.1:${target.port}/`, { dispatcher: agent, method: 'DELETE' });
  assert.equal(answer.statusCode, 423);
  assert.equal(answer.headers['content-type'], 'application/problem+json');
  assert.deepEqual(await answer.body.json(), {
    type: 'urn:jit-approval:held',
    title: 'Held by JIT Approval',
    status: 423,
    detail: 'This request is held. /approve 7f3k9q2m. Charge above 100.00.',
    actionId: '7f3k9q2m',
    hint: '/approve 7f3k9q2m',
  });
  assert.equal(target.seen.length, 0);
  assert.deepEqual(await judge.settledAll(1), ['refused']);
});

test('a denied request gets 403', async (t) => {
  const judge = testJudge(() => 'denied');
  const gate = await proxyFor(t, judge);
  const agent = new ProxyAgent({ uri: gate.url });
  t.after(() => agent.close());
  const answer = await fetch('http://api.example/x', { dispatcher: agent });
  assert.equal(answer.status, 403);
  assert.equal(http(judge.actions[0]).host, 'api.example');
});

test('requests inside a CONNECT tunnel are judged one by one on one connection', async (t) => {
  const target = await recordingTarget(t);
  const judge = testJudge((action) => (pathOf(action) === '/held' ? 'held' : 'allow'));
  const gate = await proxyFor(t, judge);
  const agent = new ProxyAgent({ uri: gate.url, connections: 1 });
  t.after(() => agent.close());
  const statuses: number[] = [];
  for (const path of ['/a', '/held', '/b']) {
    const answer = await fetch(`http://127.0.0.1:${target.port}${path}`, {
      dispatcher: agent,
      method: 'POST',
      body: 'x=1',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    statuses.push(answer.status);
    await answer.arrayBuffer();
  }
  assert.deepEqual(statuses, [200, 423, 200]);
  assert.deepEqual(
    target.seen.map((entry) => entry.url),
    ['/a', '/b'],
  );
  assert.deepEqual(await judge.settledAll(3), ['completed', 'refused', 'completed']);
  assert.deepEqual(http(judge.actions[0]).body, { known: true, value: { x: '1' } });
});

test("Node's own fetch goes through the proxy by the environment alone", async (t) => {
  const target = await recordingTarget(t);
  const judge = testJudge(() => 'allow');
  const gate = await proxyFor(t, judge);
  const script = `fetch('http://127.0.0.1:${target.port}/from-fetch').then((r) => r.text()).then(console.log)`;
  const env = { ...process.env, ...gate.environment, NO_PROXY: '', no_proxy: '' };
  const { stdout } = await run(process.execPath, ['-e', script], { env });
  assert.equal(stdout.trim(), 'answer 1');
  assert.equal(http(judge.actions[0]).path.known, true);
});

test('curl goes through the proxy by the environment alone', async (t) => {
  const target = await recordingTarget(t);
  const judge = testJudge(() => 'held');
  const gate = await proxyFor(t, judge);
  const env = { ...process.env, ...gate.environment, NO_PROXY: '', no_proxy: '' };
  const { stdout } = await run('curl', ['-sS', '-w', ' %{http_code}', `http://127.0.0.1:${target.port}/`], {
    env,
  });
  assert.match(stdout, /"actionId":"7f3k9q2m".* 423$/);
});

test('a held tunnel to port 443 is refused as the answer to CONNECT, with the id in the reason phrase', async (t) => {
  const judge = testJudge(() => 'held');
  const gate = await proxyFor(t, judge);
  const answer = await raw(
    gate.port,
    `CONNECT API.stripe.com.:443 HTTP/1.1\r\nHost: api.stripe.com\r\nProxy-Authorization: ${basic(credential)}\r\n\r\n`,
  );
  assert.match(answer, /^HTTP\/1\.1 423 Held by JIT Approval: 7f3k9q2m\r\n/);
  assert.match(answer, /"hint":"\/approve 7f3k9q2m"/);
  const action = http(judge.actions[0]);
  assert.equal(action.host, 'api.stripe.com');
  assert.equal(action.scheme, 'https');
  assert.equal(action.method.known, false);
  assert.deepEqual(await judge.settledAll(1), ['refused']);
});

test('a held TLS handshake on another port gets the alert access_denied', async (t) => {
  const judge = testJudge(() => 'held');
  const gate = await proxyFor(t, judge);
  const socket = connect(gate.port, '127.0.0.1');
  t.after(() => socket.destroy());
  const answer = await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let greeted = false;
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      if (!greeted && chunk.toString('latin1').startsWith('HTTP/1.1 200 ')) {
        greeted = true;
        socket.write(Buffer.from([0x16, 3, 1, 0, 1, 1]));
      } else chunks.push(chunk);
    });
    socket.on('close', () => resolve(Buffer.concat(chunks)));
    socket.write(
      `CONNECT internal.example:8443 HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ${basic(credential)}\r\n\r\n`,
    );
  });
  assert.deepEqual([...answer], [0x15, 3, 3, 0, 2, 2, 49]);
  assert.deepEqual(await judge.settledAll(1), ['refused']);
});

test('an allowed tunnel carries bytes both ways and is settled by the first answer', async (t) => {
  const server = createServer((socket) => socket.pipe(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert(address !== null && typeof address === 'object');
  const judge = testJudge(() => 'allow');
  const gate = await proxyFor(t, judge);
  const socket = connect(gate.port, '127.0.0.1');
  const echoed = await new Promise<Buffer>((resolve) => {
    let greeted = false;
    socket.on('data', (chunk) => {
      if (greeted) resolve(chunk);
      else {
        greeted = true;
        socket.write(Buffer.from([0x16, 3, 1, 0, 1, 1]));
      }
    });
    socket.write(
      `CONNECT 127.0.0.1:${address.port} HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ${basic(credential)}\r\n\r\n`,
    );
  });
  assert.deepEqual([...echoed], [0x16, 3, 1, 0, 1, 1]);
  assert.deepEqual(await judge.settledAll(1), ['completed']);
  socket.destroy();
});

test('without the credential the answer is 407 and nothing is judged', async (t) => {
  const judge = testJudge(() => 'allow');
  const gate = await proxyFor(t, judge);
  const plain = await raw(gate.port, 'GET http://api.example/ HTTP/1.1\r\nHost: api.example\r\n\r\n');
  const tunnel = await raw(gate.port, 'CONNECT api.example:443 HTTP/1.1\r\nHost: api.example\r\n\r\n');
  const wrong = await raw(
    gate.port,
    `GET http://api.example/ HTTP/1.1\r\nHost: a\r\nProxy-Authorization: ${basic('guess')}\r\n\r\n`,
  );
  const socket = await raw(
    gate.port,
    'GET ws://api.example/ HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  for (const answer of [plain, tunnel, wrong, socket]) {
    assert.match(answer, /^HTTP\/1\.1 407 /);
    assert.match(answer, /proxy-authenticate: basic/i);
  }
  assert.equal(judge.actions.length, 0);
});

test('who knows the credential is not asked for it again when the request is wrong', async (t) => {
  const judge = testJudge(() => 'allow');
  const gate = await proxyFor(t, judge);
  const rest = `Host: a\r\nProxy-Authorization: ${basic(credential)}\r\nConnection: `;
  for (const text of [
    `GET /no-proxy-request HTTP/1.1\r\n${rest}close\r\n\r\n`,
    `GET /no-proxy-request HTTP/1.1\r\n${rest}Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    `CONNECT no-port HTTP/1.1\r\n${rest}close\r\n\r\n`,
  ]) {
    const answer = await raw(gate.port, text);
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.doesNotMatch(answer, /proxy-authenticate/i);
  }
  assert.equal(judge.actions.length, 0);
});

test("the run's own user needs no credential on loopback", {
  skip: process.platform !== 'linux',
}, async (t) => {
  const target = await recordingTarget(t);
  const judge = testJudge(() => 'allow');
  const own = await proxyFor(t, judge, process.getuid?.() ?? -1);
  const other = await proxyFor(t, judge, (process.getuid?.() ?? 0) + 1);
  const text = `GET http://127.0.0.1:${target.port}/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
  assert.match(await raw(own.port, text), /^HTTP\/1\.1 200 /);
  assert.match(await raw(other.port, text), /^HTTP\/1\.1 407 /);
});

test('a target that is down is 502 by name and settled as failed', async (t) => {
  const judge = testJudge(() => 'allow');
  const gate = await proxyFor(t, judge);
  const auth = `Proxy-Authorization: ${basic(credential)}\r\n`;
  const plain = await raw(
    gate.port,
    `GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: a\r\n${auth}Connection: close\r\n\r\n`,
  );
  assert.match(plain, /^HTTP\/1\.1 502 /);
  assert.match(plain, /No answer from 127\.0\.0\.1:1/);
  assert.deepEqual(await judge.settledAll(1), ['failed']);
});
