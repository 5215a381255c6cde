import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { request } from 'undici';
import { startReverseGate } from '../../src/gates/http/reverse.ts';
import { raw, recordingTarget, type TestJudge, testJudge, undeclared } from '../gates/http/support.ts';

async function gateFor(t: TestContext, judge: TestJudge) {
  const target = await recordingTarget(t);
  const upstream = new URL(`http://127.0.0.1:${target.port}`);
  const gate = await startReverseGate({ judge, target: undeclared('127.0.0.1', target.port), upstream });
  t.after(() => gate.close());
  return { gate, target };
}

function whys(judge: TestJudge): string[] {
  return judge.actions.map((action) => {
    assert(action.kind === 'http');
    return action.body.known ? `known ${JSON.stringify(action.body.value)}` : action.body.why;
  });
}

test('a key that stands twice hides no amount: the body is unknown', async (t) => {
  const judge = testJudge(() => 'held');
  const { gate } = await gateFor(t, judge);
  const json = { 'content-type': 'application/json' };
  await request(gate.url, { method: 'POST', headers: json, body: '{"amount":1,"amount":99999}' });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  await request(gate.url, { method: 'POST', headers: form, body: 'amount=1&amount=99999' });
  assert.deepEqual(whys(judge), ['the JSON key "amount" twice', 'the form field "amount" twice']);
});

test('a zip bomb is unknown and takes no more memory than the limit', async (t) => {
  const judge = testJudge(() => 'held');
  const { gate } = await gateFor(t, judge);
  const bomb = gzipSync(Buffer.alloc(200_000_000));
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
  const before = process.memoryUsage().arrayBuffers;
  const { statusCode } = await request(gate.url, { method: 'POST', headers, body: bomb });
  assert.equal(statusCode, 423);
  assert.deepEqual(whys(judge), ['a body that does not decompress as gzip within 1048576 bytes']);
  assert.ok(process.memoryUsage().arrayBuffers - before < 50_000_000);
});

test('a deeply nested body is unknown, not a crash', async (t) => {
  const judge = testJudge(() => 'held');
  const { gate } = await gateFor(t, judge);
  const headers = { 'content-type': 'application/json' };
  await request(gate.url, { method: 'POST', headers, body: '['.repeat(500_000) });
  assert.deepEqual(whys(judge), ['JSON nested deeper than 64']);
});

test('a giant held upload is refused without reaching the target', async (t) => {
  const judge = testJudge(() => 'held', 'head');
  const { gate, target } = await gateFor(t, judge);
  const { statusCode } = await request(gate.url, { method: 'PUT', body: Buffer.alloc(50_000_000) });
  assert.equal(statusCode, 423);
  assert.equal(target.seen.length, 0);
});

test('an action id with line breaks adds no header to the answer', async (t) => {
  const judge = testJudge(() => 'held', 'head', 'x\r\nSet-Cookie: a=b\r\n\r\n<script>');
  const { gate } = await gateFor(t, judge);
  const answer = await raw(
    gate.port,
    `GET / HTTP/1.1\r\nHost: 127.0.0.1:${gate.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  );
  const [head] = answer.split('\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 423 Held by JIT Approval: x Set-Cookie: a=b <script>\r\n/);
  assert.doesNotMatch(head ?? '', /^set-cookie/im);
});
