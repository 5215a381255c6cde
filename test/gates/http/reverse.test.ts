import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { request, WebSocket } from 'undici';
import { startReverseGate } from '../../../src/gates/http/reverse.ts';
import type { HttpAction, RuntimeAction } from '../../../src/policy/action.ts';
import {
  listen,
  raw,
  recordingTarget,
  serve,
  type TestJudge,
  testJudge,
  textOf,
  undeclared,
} from './support.ts';

async function gateFor(
  t: TestContext,
  judge: TestJudge,
  port: number,
  path = '/',
  user = '',
  bodyLimit = 1000,
) {
  const upstream = new URL(`http://${user}127.0.0.1:${port}${path}`);
  const target = { ...undeclared('127.0.0.1', port), name: 'ledger-api', declared: true };
  const gate = await startReverseGate({ judge, target, upstream, bodyLimit });
  t.after(() => gate.close());
  return gate;
}

function http(action: RuntimeAction | undefined): HttpAction {
  assert(action?.kind === 'http');
  return action;
}

function why(action: RuntimeAction | undefined): string {
  const { body } = http(action);
  return body.known ? 'known' : body.why;
}

test('the base path is kept, Host is the target, and the password stays with the gate', async (t) => {
  const target = await recordingTarget(t);
  const judge = testJudge(() => 'allow');
  const gate = await gateFor(t, judge, target.port, '/api/v1', 'svc:p%40ss@');
  assert.equal(gate.url, `http://127.0.0.1:${gate.port}/api/v1`);
  await request(`${gate.url}/entries?x=1`, { headers: { origin: `http://127.0.0.1:${gate.port}` } });
  const [seen] = target.seen;
  assert.equal(seen?.url, '/api/v1/entries?x=1');
  assert.equal(seen?.headers[1], `127.0.0.1:${target.port}`);
  assert(seen?.headers.includes(`http://127.0.0.1:${target.port}`));
  assert(seen?.headers.includes(`Basic ${Buffer.from('svc:p@ss').toString('base64')}`));
  const action = http(judge.actions[0]);
  assert.equal(action.target.name, 'ledger-api');
  assert.deepEqual([action.host, action.port], ['127.0.0.1', target.port]);
  assert.deepEqual(action.path, { known: true, value: '/api/v1/entries' });
});

test('a base URL without a path stays without one', async (t) => {
  const target = await recordingTarget(t);
  const gate = await gateFor(
    t,
    testJudge(() => 'allow'),
    target.port,
  );
  assert.equal(gate.url, `http://127.0.0.1:${gate.port}`);
});

test('redirects to the target lead back to the gate, others stay', async (t) => {
  const port = await serve(t, (req, res) => {
    const there =
      req.url === '/own' ? `http://${req.headers.host}/next?a=http://x/` : 'https://else.example/next';
    res.writeHead(302, { location: there }).end();
  });
  const gate = await gateFor(
    t,
    testJudge(() => 'allow'),
    port,
  );
  const own = await request(`${gate.url}/own`);
  assert.equal(own.headers.location, `${gate.url}/next?a=http://x/`);
  const other = await request(`${gate.url}/other`);
  assert.equal(other.headers.location, 'https://else.example/next');
});

test('status, header case, repeated headers, HEAD, 204, 304 and trailers pass unchanged', async (t) => {
  const answers: Record<string, RequestListener> = {
    '/cookies': (_, res) =>
      res.writeHead(201, 'Made', ['X-Odd-Case', '1', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']).end('x'),
    '/head': (_, res) => res.writeHead(200, { 'content-length': 12345 }).end(),
    '/204': (_, res) => res.writeHead(204).end(),
    '/304': (_, res) => res.writeHead(304, { etag: '"1"' }).end(),
    '/trailers': (_, res) => {
      res.writeHead(200, { trailer: 'X-Sum' });
      res.write('body');
      res.addTrailers({ 'X-Sum': 'abc' });
      res.end();
    },
  };
  const port = await serve(t, (req, res) => answers[req.url ?? '']?.(req, res));
  const judge = testJudge(() => 'allow');
  const gate = await gateFor(t, judge, port);
  const get = (path: string, method = 'GET'): Promise<IncomingMessage> =>
    new Promise((resolve) => {
      httpRequest(`${gate.url}${path}`, { method, agent: false }, resolve).end();
    });
  const cookies = await get('/cookies');
  assert.deepEqual([cookies.statusCode, cookies.statusMessage], [201, 'Made']);
  assert.deepEqual(cookies.headers['set-cookie'], ['a=1', 'b=2']);
  assert(cookies.rawHeaders.includes('X-Odd-Case'));
  const head = await get('/head', 'HEAD');
  assert.equal(head.headers['content-length'], '12345');
  assert.equal(await textOf(head), '');
  assert.equal((await get('/204')).statusCode, 204);
  const unchanged = await get('/304');
  assert.deepEqual([unchanged.statusCode, unchanged.headers.etag], [304, '"1"']);
  const trailed = await get('/trailers');
  assert.equal(await textOf(trailed), 'body');
  assert.deepEqual(trailed.trailers, { 'x-sum': 'abc' });
  for (const answer of [cookies, head, unchanged]) answer.resume();
});

test('a stream of events arrives event by event, before its end', async (t) => {
  let send: (text: string) => void = () => {};
  const port = await serve(t, (_, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.flushHeaders();
    send = (text) => res.write(text);
  });
  const judge = testJudge(() => 'allow');
  const gate = await gateFor(t, judge, port);
  const { body, statusCode } = await request(gate.url);
  assert.equal(statusCode, 200);
  for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
    const next = once(body, 'data');
    send(event);
    assert.equal(String((await next)[0]), event);
  }
  body.on('error', () => {}).destroy();
  assert.deepEqual(await judge.settledAll(1), ['completed']);
});

test('a body above the limit is unknown, and goes through whole when allowed', async (t) => {
  const target = await recordingTarget(t);
  const judge = testJudge(() => 'allow');
  const gate = await gateFor(t, judge, target.port);
  const large = 'x'.repeat(300_000);
  const headers = { 'content-type': 'application/json' };
  await request(gate.url, { method: 'PUT', body: large, headers });
  async function* pieces() {
    for (let i = 0; i < 10; i += 1) yield Buffer.alloc(999, 'y');
  }
  const { Readable } = await import('node:stream');
  await request(gate.url, { method: 'PUT', body: Readable.from(pieces(), { objectMode: false }), headers });
  assert.equal(target.seen[0]?.body, large);
  assert.equal(target.seen[1]?.body, 'y'.repeat(9990));
  assert.deepEqual(judge.actions.map(why), Array(2).fill('a body of more than 1000 bytes'));
  assert.deepEqual(
    judge.actions.map((action) => http(action).bodyDigest),
    [null, null],
  );
});

test('a body that no rule reads is streamed unread', async (t) => {
  const target = await recordingTarget(t);
  const judge = testJudge(() => 'allow', 'head');
  const gate = await gateFor(t, judge, target.port);
  await request(gate.url, {
    method: 'POST',
    body: '{"a":1}',
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(target.seen[0]?.body, '{"a":1}');
  assert.equal(why(judge.actions[0]), 'a body that no rule reads');
});

test('compressed bodies are read; unknown encodings and charsets are not', async (t) => {
  const target = await recordingTarget(t);
  const judge = testJudge(() => 'allow');
  const gate = await gateFor(t, judge, target.port);
  const json = Buffer.from('{"a":"b"}');
  const cases: [Buffer, Record<string, string>][] = [
    [gzipSync(json), { 'content-type': 'application/vnd.x+json', 'content-encoding': 'gzip' }],
    [
      brotliCompressSync(json),
      { 'content-type': 'application/json; charset=UTF-8', 'content-encoding': 'BR' },
    ],
    [json, { 'content-type': 'application/json', 'content-encoding': 'compress' }],
    [json, { 'content-type': 'application/json; charset=utf-7' }],
    [json, { 'content-type': 'multipart/form-data; boundary=x' }],
    [json, {}],
  ];
  for (const [body, headers] of cases) await request(gate.url, { method: 'POST', body, headers });
  assert.deepEqual(http(judge.actions[0]).body, { known: true, value: { a: 'b' } });
  assert.deepEqual(http(judge.actions[1]).body, { known: true, value: { a: 'b' } });
  assert.deepEqual(judge.actions.slice(2).map(why), [
    'a body in content encoding "compress"',
    'a body in charset utf-7',
    'a body of type multipart/form-data',
    'a body without a usable content type',
  ]);
  assert.equal(target.seen[0]?.body, cases[0]?.[0].toString('latin1'));
});

test('Expect: 100-continue: a held upload is refused before its body was asked for', async (t) => {
  const target = await recordingTarget(t);
  const judge = testJudge(() => 'held', 'head');
  const gate = await gateFor(t, judge, target.port);
  const head = `PUT / HTTP/1.1\r\nHost: 127.0.0.1:${gate.port}\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n`;
  assert.match(await raw(gate.port, head), /^HTTP\/1\.1 423 /);
  const open = await gateFor(
    t,
    testJudge(() => 'allow', 'head'),
    target.port,
  );
  const socket = connect(open.port, '127.0.0.1');
  socket.write(
    `PUT / HTTP/1.1\r\nHost: 127.0.0.1:${open.port}\r\nConnection: close\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n`,
  );
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString();
    if (answer === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write('body');
  });
  await once(socket, 'close');
  assert.match(answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  assert.equal(target.seen[0]?.body, 'body');
});

test('a caller that goes away before the verdict leaves nothing behind: void', async (t) => {
  const target = await recordingTarget(t);
  let decide: (wish: 'allow') => void = () => {};
  let asked: () => void = () => {};
  const wasAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const judge = testJudge(() => {
    asked();
    return new Promise((resolve) => {
      decide = resolve;
    });
  });
  const server = await gateFor(t, judge, target.port);
  const socket = connect(server.port, '127.0.0.1');
  socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
  await wasAsked;
  await server.close();
  decide('allow');
  assert.deepEqual(await judge.settledAll(1), ['void']);
  assert.equal(target.seen.length, 0);
});

test('a caller that goes away while the target works: failed', async (t) => {
  let arrived: () => void = () => {};
  const reached = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const port = await serve(t, () => arrived());
  const judge = testJudge(() => 'allow');
  const gate = await gateFor(t, judge, port);
  const socket = connect(gate.port, '127.0.0.1');
  socket.write(`POST / HTTP/1.1\r\nHost: 127.0.0.1:${gate.port}\r\nContent-Length: 0\r\n\r\n`);
  await reached;
  socket.destroy();
  assert.deepEqual(await judge.settledAll(1), ['failed']);
});

test('an answer that breaks off breaks off for the caller too, and is failed', async (t) => {
  const port = await serve(t, (_, res) => {
    res.writeHead(200, { 'content-length': 100 });
    res.write('half', () => res.destroy());
  });
  const judge = testJudge(() => 'allow');
  const gate = await gateFor(t, judge, port);
  const { body } = await request(gate.url);
  await assert.rejects(body.text());
  assert.deepEqual(await judge.settledAll(1), ['failed']);
});

test("the target's own errors pass unchanged and count as errors", async (t) => {
  const port = await serve(t, (_, res) => res.writeHead(404).end('nope'));
  const judge = testJudge(() => 'allow');
  const gate = await gateFor(t, judge, port);
  const { statusCode, body } = await request(gate.url);
  assert.deepEqual([statusCode, await body.text()], [404, 'nope']);
  assert.deepEqual(await judge.settledAll(1), ['failed']);
});

test('a WebSocket is judged by its handshake and then carried', async (t) => {
  const server = createServer();
  server.on('upgrade', (req, socket) => {
    const { createHash } = process.getBuiltinModule('node:crypto');
    const accept = createHash('sha1')
      .update(`${req.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.write(Buffer.from([0x81, 2, 0x68, 0x69]));
  });
  const port = await listen(server, t);
  const judge = testJudge((action) =>
    http(action).path.known && JSON.stringify(http(action).path).includes('held') ? 'held' : 'allow',
  );
  const gate = await gateFor(t, judge, port);
  const socket = new WebSocket(gate.url.replace('http', 'ws'));
  const message = await new Promise<unknown>((resolve, reject) => {
    socket.addEventListener('message', (event) => resolve(event.data));
    socket.addEventListener('error', () => reject(new Error('no WebSocket')));
  });
  assert.equal(message, 'hi');
  socket.close();
  const refused = await raw(
    gate.port,
    `GET /held HTTP/1.1\r\nHost: 127.0.0.1:${gate.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  );
  assert.match(refused, /^HTTP\/1\.1 423 Held by JIT Approval: 7f3k9q2m\r\n/);
  assert.deepEqual(await judge.settledAll(2), ['completed', 'refused']);
});

test('an offer of HTTP/2 (as Java makes it) is ignored and the request judged with its body', async (t) => {
  const target = await recordingTarget(t);
  const judge = testJudge(() => 'allow');
  const gate = await gateFor(t, judge, target.port);
  const answer = await raw(
    gate.port,
    `POST /x HTTP/1.1\r\nHost: 127.0.0.1:${gate.port}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n` +
      'HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\nContent-Length: 3\r\n' +
      'Content-Type: application/x-www-form-urlencoded\r\n\r\na=b' +
      `GET /y HTTP/1.1\r\nHost: 127.0.0.1:${gate.port}\r\nConnection: close\r\n\r\n`,
  );
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
  assert.equal(target.seen[0]?.body, 'a=b');
  assert.deepEqual(http(judge.actions[0]).body, { known: true, value: { a: 'b' } });
});

test('a page of another site cannot use the gate by rebinding its name', async (t) => {
  const judge = testJudge(() => 'allow');
  const gate = await gateFor(t, judge, 1);
  const answer = await raw(gate.port, 'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 421 /);
  assert.equal(judge.actions.length, 0);
});

test('closing twice is fine, and a closed gate answers nobody', async (t) => {
  const gate = await gateFor(
    t,
    testJudge(() => 'allow'),
    1,
  );
  await gate.close();
  await gate.close();
  await assert.rejects(request(gate.url));
});
