import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { startHttpProxy } from '../../src/gates/http/proxy.ts';
import { startReverseGate } from '../../src/gates/http/reverse.ts';
import {
  basic,
  listen,
  raw,
  recordingTarget,
  targetFor,
  testJudge,
  undeclared,
} from '../gates/http/support.ts';

async function reverse(t: TestContext) {
  const target = await recordingTarget(t);
  const judge = testJudge(() => 'allow');
  const upstream = new URL(`http://127.0.0.1:${target.port}`);
  const gate = await startReverseGate({ judge, target: undeclared('127.0.0.1', target.port), upstream });
  t.after(() => gate.close());
  return { target, judge, gate };
}

test('a request whose end can be read in two ways is refused and not judged', async (t) => {
  const { target, judge, gate } = await reverse(t);
  const hidden = 'DELETE /hidden HTTP/1.1\r\nHost: a\r\n\r\n';
  const host = `Host: 127.0.0.1:${gate.port}\r\n`;
  const attacks: Record<string, string> = {
    'CL.TE': `POST / HTTP/1.1\r\n${host}Content-Length: ${hidden.length + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    'two lengths': `POST / HTTP/1.1\r\n${host}Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
    'TE.TE': `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${hidden}`,
    'TE list': `POST / HTTP/1.1\r\n${host}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${hidden}`,
    'odd TE': `POST / HTTP/1.1\r\n${host}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`,
    'space before colon': `POST / HTTP/1.1\r\n${host}Content-Length : 5\r\n\r\nhello${hidden}`,
    'signed length': `POST / HTTP/1.1\r\n${host}Content-Length: +5\r\n\r\nhello`,
    'obs-fold': `POST / HTTP/1.1\r\n${host}X: a\r\n Content-Length: 5\r\n\r\n`,
    'bare line feeds': `POST / HTTP/1.1\n${host}\n`,
    'body read by a header that is not passed on': `POST / HTTP/1.1\r\n${host}Connection: close, Content-Encoding\r\nContent-Encoding: deflate\r\nContent-Length: 0\r\n\r\n`,
    'two hosts': `GET / HTTP/1.1\r\n${host}Host: other\r\n\r\n`,
    'no host': 'GET / HTTP/1.1\r\n\r\n',
    'NUL in a header': `GET / HTTP/1.1\r\n${host}X: a\0b\r\n\r\n`,
    fragment: `GET /a#b HTTP/1.1\r\n${host}\r\n`,
  };
  for (const [name, bytes] of Object.entries(attacks)) {
    const answer = await raw(gate.port, bytes);
    assert.match(answer, /^HTTP\/1\.1 400 /, name);
    assert.equal(answer.split('HTTP/1.1 ').length, 2, `${name}: one answer`);
  }
  assert.equal(judge.actions.length, 0);
  assert.equal(target.seen.length, 0);
});

test('a request hidden behind a whole body is judged by itself', async (t) => {
  const { judge, gate } = await reverse(t);
  const host = `Host: 127.0.0.1:${gate.port}\r\n`;
  await raw(
    gate.port,
    `POST /one HTTP/1.1\r\n${host}Content-Length: 2\r\n\r\nhiDELETE /two HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
  );
  assert.deepEqual(
    judge.actions.map((action) => action.kind === 'http' && action.path.known && action.path.value),
    ['/one', '/two'],
  );
});

test('a declined WebSocket handshake opens no way past the judge', async (t) => {
  const requests: string[] = [];
  const server = createServer((_, res) => res.end());
  server.on('upgrade', (req, socket) => {
    requests.push(req.url ?? '');
    socket.on('data', (chunk: Buffer) => requests.push(chunk.toString()));
    socket.write('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno');
  });
  const port = await listen(server, t);
  const judge = testJudge(() => 'allow');
  const upstream = new URL(`http://127.0.0.1:${port}`);
  const gate = await startReverseGate({ judge, target: undeclared('127.0.0.1', port), upstream });
  t.after(() => gate.close());
  const host = `Host: 127.0.0.1:${gate.port}\r\n`;
  const answer = await raw(
    gate.port,
    `GET /ws HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\nDELETE /hidden HTTP/1.1\r\n${host}\r\n`,
  );
  assert.match(answer, /^HTTP\/1\.1 426 Upgrade Required\r\n/);
  assert.deepEqual(requests, ['/ws']);
});

test('inside a tunnel the Host header cannot name another host than the one that is judged', async (t) => {
  const target = await recordingTarget(t);
  const judge = testJudge(() => 'allow');
  const gate = await startHttpProxy({ judge, targetFor, uid: null, credential: 'pw' });
  t.after(() => gate.close());
  const socket = connect(gate.port, '127.0.0.1');
  let answer = '';
  await new Promise<void>((resolve) => {
    let sent = false;
    socket.on('data', (chunk) => {
      answer += chunk.toString();
      if (!sent) socket.write('GET / HTTP/1.1\r\nHost: api.stripe.com\r\n\r\n');
      sent = true;
    });
    socket.on('close', () => resolve());
    const head = `CONNECT 127.0.0.1:${target.port} HTTP/1.1\r\nHost: x\r\n`;
    socket.write(`${head}Proxy-Authorization: ${basic('pw')}\r\n\r\n`);
  });
  assert.match(answer, /HTTP\/1\.1 421 /);
  assert.equal(judge.actions.length, 0);
  assert.equal(target.seen.length, 0);
});
