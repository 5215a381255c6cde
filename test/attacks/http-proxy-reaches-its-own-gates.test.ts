import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startHttpProxy } from '../../src/gates/http/proxy.ts';
import { startReverseGate } from '../../src/gates/http/reverse.ts';
import { startLocalApi } from '../../src/gates/local/api.ts';
import { localTargets } from '../../src/targets/local.ts';
import { basic, raw, targetFor, testJudge, undeclared } from '../gates/http/support.ts';

const auth = `Proxy-Authorization: ${basic('pw')}\r\n`;

async function gates(t: TestContext) {
  const judge = testJudge(() => 'allow');
  const api = await startLocalApi({ judge, targetFor: localTargets([]), root: '/' });
  const gate = await startHttpProxy({
    judge,
    targetFor,
    uid: null,
    credential: 'pw',
    ownPorts: () => [api.port],
  });
  t.after(() => Promise.all([gate.close(), api.close()]));
  return { judge, api, gate };
}

test('no request through the proxy reaches the local API or the proxy itself, by any spelling', async (t) => {
  const { judge, api, gate } = await gates(t);
  for (const port of [api.port, gate.port]) {
    for (const host of ['127.0.0.1', 'localhost', '127.1', '2130706433', '[::ffff:127.0.0.1]', '0.0.0.0']) {
      const url = `http://${host}:${port}${new URL(api.url).pathname}/v1/judge`;
      const answer = await raw(
        gate.port,
        `POST ${url} HTTP/1.1\r\nHost: a\r\n${auth}Connection: close\r\nContent-Length: 0\r\n\r\n`,
      );
      assert.match(answer, /^HTTP\/1\.1 403 /, url);
      assert.match(answer, /urn:jit-approval:gate-loop/);
    }
  }
  assert(judge.settled.every(({ settlement }) => settlement === 'failed'));
});

test('a tunnel to a gate is closed without an answer from it', async (t) => {
  const { gate } = await gates(t);
  const answer = await raw(
    gate.port,
    `CONNECT 127.0.0.1:${gate.port} HTTP/1.1\r\nHost: a\r\n${auth}\r\n\x16\x03\x01\x00\x01\x01`,
  );
  assert.equal(answer, 'HTTP/1.1 200 Connection Established\r\n\r\n');
});

test('a reverse gate whose variable points at the gate itself does not loop', async (t) => {
  const { gate } = await gates(t);
  const judge = testJudge(() => 'allow');
  const upstream = new URL(`http://127.0.0.1:${gate.port}/`);
  const target = undeclared('127.0.0.1', gate.port);
  const reverse = await startReverseGate({ judge, target, upstream, ownPorts: () => [gate.port] });
  t.after(() => reverse.close());
  const answer = await fetch(reverse.url);
  assert.equal(answer.status, 403);
});
