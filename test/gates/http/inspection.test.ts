import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createSecureServer, connect as h2Connect } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls';
import { promisify } from 'node:util';
import { ProxyAgent, request } from 'undici';
import { Inspection } from '../../../src/gates/http/inspection.ts';
import { startHttpProxy } from '../../../src/gates/http/proxy.ts';
import type { ReadOrigin } from '../../../src/gates/origins.ts';
import { createRunAuthority } from '../../../src/gates/tls/run-authority.ts';
import { trustAuthority } from '../../../src/gates/tls/trust.ts';
import type { RuntimeAction } from '../../../src/policy/action.ts';
import { certifiedServer } from '../tls/certified-server.ts';
import { basic, listen, type TestJudge, targetFor, testJudge, textOf } from './support.ts';

const run = promisify(execFile);
const credential = 'one-run-password';
/** Who certifies the targets of these tests, which only the gate is told to trust. */
const { pem: outsidePem, identity } = certifiedServer('127.0.0.1');

function secureTarget(t: TestContext, listener: RequestListener): Promise<number> {
  return listen(createHttpsServer(identity, listener), t);
}

async function inspecting(
  t: TestContext,
  judge: TestJudge,
  given: { wants?: () => boolean; trusted?: readonly string[]; origins?: ReadOrigin } = {},
) {
  const { wants = () => true, trusted = [outsidePem], origins } = given;
  const told: string[] = [];
  const authority = createRunAuthority(Date.now());
  const gate = await startHttpProxy({
    judge,
    targetFor,
    uid: null,
    credential,
    trusted: () => trusted,
    ...(origins === undefined ? {} : { origins }),
    inspection: new Inspection({ authority, wants, report: (sentence) => told.push(sentence) }),
  });
  t.after(() => gate.close());
  const trust = trustAuthority(authority.pem, process.env);
  t.after(() => trust.close());
  const agent = (ca: string | null = authority.pem) => {
    const made = new ProxyAgent({ uri: gate.url, requestTls: ca === null ? {} : { ca } });
    t.after(() => made.close());
    return made;
  };
  return { gate, agent, told, authority, environment: { ...gate.environment, ...trust.environment } };
}

/** Through the tunnel to a port, as far as the gate's word that it stands. */
async function tunnelTo(t: TestContext, gatePort: number, to: string): Promise<Socket> {
  const socket = connect(gatePort, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.write(`CONNECT ${to} HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ${basic(credential)}\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  assert.match(String(answer), /^HTTP\/1\.1 200 /);
  return socket;
}

async function secured(socket: Socket, options: ConnectionOptions) {
  const secure = tlsConnect({ socket, host: '127.0.0.1', ...options });
  await once(secure, 'secureConnect');
  return secure;
}

function pathsOf(actions: readonly RuntimeAction[]): string[] {
  return actions.map((action) => {
    assert(action.kind === 'http');
    return `${action.scheme} ${action.method.known ? action.method.value : '?'} ${action.path.known ? action.path.value : '?'}`;
  });
}

test('requests inside TLS are judged one by one, and the allowed ones reach the target by its own certificate', async (t) => {
  const bodies: string[] = [];
  const port = await secureTarget(t, async (incoming, response) => {
    bodies.push(`${incoming.headers.host} ${await textOf(incoming)}`);
    response.end(`answer to ${incoming.url}`);
  });
  const judge = testJudge((action) =>
    action.kind === 'http' && action.method.known && action.method.value === 'DELETE' ? 'held' : 'allow',
  );
  const { agent, told } = await inspecting(t, judge);
  const dispatcher = agent();
  const charged = await request(`https://127.0.0.1:${port}/v1/charges?b=2`, {
    dispatcher,
    method: 'POST',
    body: '{"amount":7}',
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(charged.statusCode, 200);
  assert.equal(await charged.body.text(), 'answer to /v1/charges?b=2');
  const held = await request(`https://127.0.0.1:${port}/v1/charges/1`, { dispatcher, method: 'DELETE' });
  assert.equal(held.statusCode, 423);
  assert.match(await held.body.text(), /"actionId":"7f3k9q2m"/);
  assert.deepEqual(bodies, [`127.0.0.1:${port} {"amount":7}`]);
  assert.deepEqual(pathsOf(judge.actions), ['https POST /v1/charges', 'https DELETE /v1/charges/1']);
  const [first] = judge.actions;
  assert(first?.kind === 'http');
  assert.deepEqual(JSON.parse(JSON.stringify(first.body)), {
    known: true,
    value: { amount: { number: '7' } },
  });
  assert.deepEqual(await judge.settledAll(2), ['completed', 'refused']);
  assert.deepEqual(told, []);
});

test("Node's own fetch trusts the gate by the environment alone", async (t) => {
  const port = await secureTarget(t, (incoming, response) => response.end(`answer to ${incoming.url}`));
  const judge = testJudge(() => 'allow');
  const { environment } = await inspecting(t, judge);
  const script = `fetch('https://127.0.0.1:${port}/a').then(r => r.text()).then(t => process.stdout.write(t))`;
  const { stdout } = await run(process.execPath, ['-e', script], {
    env: { PATH: process.env.PATH, ...environment, NO_PROXY: '', no_proxy: '' },
  });
  assert.equal(stdout, 'answer to /a');
  assert.deepEqual(pathsOf(judge.actions), ['https GET /a']);
});

test('what is not to be read goes through with the certificate of its own server, judged by host', async (t) => {
  const port = await secureTarget(t, (_incoming, response) => response.end('own'));
  const judge = testJudge(() => 'allow');
  const { agent } = await inspecting(t, judge, { wants: () => false });
  const answer = await request(`https://127.0.0.1:${port}/`, { dispatcher: agent(outsidePem) });
  assert.equal(await answer.body.text(), 'own');
  assert.deepEqual(pathsOf(judge.actions), ['https ? ?']);
});

test('a target whose certificate cannot be verified is asked nothing: 502 says which certificate', async (t) => {
  let asked = 0;
  const port = await secureTarget(t, (_incoming, response) => {
    asked += 1;
    response.end();
  });
  const judge = testJudge(() => 'allow');
  const { agent } = await inspecting(t, judge, { trusted: [] });
  const answer = await request(`https://127.0.0.1:${port}/`, { dispatcher: agent() });
  assert.equal(answer.statusCode, 502);
  assert.match(await answer.body.text(), /UNABLE_TO_VERIFY_LEAF_SIGNATURE|unable to verify|issuer/i);
  assert.equal(asked, 0);
  assert.deepEqual(await judge.settledAll(1), ['failed']);
});

test('a target whose certificate is for another name is asked nothing: 502', async (t) => {
  const other = certifiedServer('other.example.com');
  let asked = 0;
  const server = createHttpsServer(other.identity, (_incoming, response) => {
    asked += 1;
    response.end();
  });
  const port = await listen(server, t);
  const judge = testJudge(() => 'allow');
  const { agent } = await inspecting(t, judge, { trusted: [other.pem] });
  const answer = await request(`https://127.0.0.1:${port}/`, { dispatcher: agent() });
  assert.equal(answer.statusCode, 502);
  assert.match(await answer.body.text(), /ERR_TLS_CERT_ALTNAME_INVALID/);
  assert.equal(asked, 0);
});

test('a client that speaks HTTP/2 alone is judged by host, and then speaks with its server', async (t) => {
  const secure = createSecureServer(identity, (_incoming, response) => response.end('by h2'));
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
  t.after(() => secure.close());
  const address = secure.address();
  assert(address !== null && typeof address === 'object');
  const judge = testJudge(() => 'allow');
  const { gate } = await inspecting(t, judge);
  const socket = await tunnelTo(t, gate.port, `127.0.0.1:${address.port}`);
  const tunnel = await secured(socket, { ca: outsidePem, ALPNProtocols: ['h2'] });
  const session = h2Connect(`https://127.0.0.1:${address.port}`, { createConnection: () => tunnel });
  t.after(() => session.destroy());
  const stream = session.request({ ':path': '/' });
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  assert.equal(text, 'by h2');
  assert.deepEqual(pathsOf(judge.actions), ['https ? ?']);
  assert.deepEqual(await judge.settledAll(1), ['completed']);
});

test('a client that offers HTTP/2 too is given HTTP/1.1, and its Host is the one that is judged', async (t) => {
  const port = await secureTarget(t, (incoming, response) => response.end(`one at ${incoming.headers.host}`));
  const judge = testJudge(() => 'allow');
  const { gate, authority } = await inspecting(t, judge);
  const socket = await tunnelTo(t, gate.port, `127.0.0.1:${port}`);
  const tunnel = await secured(socket, { ca: authority.pem, ALPNProtocols: ['h2', 'http/1.1'] });
  assert.equal(tunnel.alpnProtocol, 'http/1.1');
  tunnel.write('GET /x HTTP/1.1\r\nHost: 127.0.0.1:9\r\nConnection: close\r\n\r\n');
  let text = '';
  for await (const chunk of tunnel) text += String(chunk);
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
  assert.ok(text.endsWith(`one at 127.0.0.1:${port}`), text);
});

test('the certificate is for the host of the tunnel, whatever name the client asks for inside', async (t) => {
  const judge = testJudge(() => 'allow');
  const { gate, authority } = await inspecting(t, judge);
  const socket = await tunnelTo(t, gate.port, 'staging.example.com:443');
  const tunnel = await secured(socket, {
    ca: authority.pem,
    servername: 'bank.example.com',
    checkServerIdentity: () => undefined,
  });
  assert.equal(tunnel.getPeerCertificate().subjectaltname, 'DNS:staging.example.com');
  tunnel.write('GET / HTTP/1.1\r\nHost: bank.example.com\r\n\r\n');
  const [answer] = await once(tunnel, 'data');
  assert.match(String(answer), /^HTTP\/1\.1 421 /);
  assert.equal(judge.actions.length, 0);
});

/** What Node's client says first, in TLS 1.2, where a client's alert is not encrypted. */
async function helloOfTls12(): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert(address !== null && typeof address === 'object');
  const client = tlsConnect({ port: address.port, host: '127.0.0.1', maxVersion: 'TLSv1.2' });
  client.on('error', () => undefined);
  const [socket] = await once(server, 'connection');
  const [hello] = await once(socket, 'data');
  client.destroy();
  socket.destroy();
  server.close();
  return hello;
}

test('of a client that refuses the certificate by an alert the report tells, once', async (t) => {
  const judge = testJudge(() => 'allow');
  const { gate, told } = await inspecting(t, judge);
  const hello = await helloOfTls12();
  for (let round = 0; round < 2; round++) {
    const socket = await tunnelTo(t, gate.port, 'api.example.com:443');
    socket.write(hello);
    await once(socket, 'data');
    // fatal, unknown_ca (RFC 5246 section 7.2)
    socket.write(Buffer.from([21, 3, 3, 0, 2, 2, 48]));
    await once(socket, 'close');
  }
  assert.equal(told.length, 1);
  assert.match(
    told[0] ?? '',
    /^api\.example\.com: a client did not accept the certificate[^.]*\(unknown ca\)/,
  );
  assert.match(told[0] ?? '', /JIT_APPROVAL_CA[\s\S]*"inspect: true"/);
  assert.equal(judge.actions.length, 0);
});

test('of a client that goes without a word, as Node does, the report tells that it asked nothing', async (t) => {
  const judge = testJudge(() => 'allow');
  const { agent, told } = await inspecting(t, judge);
  for (let round = 0; round < 2; round++) {
    await assert.rejects(request('https://api.example.com/', { dispatcher: agent(null) }));
  }
  while (told.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(told.length, 1);
  assert.match(told[0] ?? '', /^api\.example\.com: a client did not accept [^.]*asked nothing/);
  assert.equal(judge.actions.length, 0);
});

test('a WebSocket inside TLS is judged as its handshake', async (t) => {
  const server = createHttpsServer(identity);
  server.on('upgrade', (_incoming, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.pipe(socket);
  });
  const port = await listen(server, t);
  const judge = testJudge(() => 'allow');
  const { gate, authority } = await inspecting(t, judge);
  const socket = await tunnelTo(t, gate.port, `127.0.0.1:${port}`);
  const tunnel = await secured(socket, { ca: authority.pem });
  tunnel.write(
    `GET /live HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  );
  const [head] = await once(tunnel, 'data');
  assert.match(String(head), /^HTTP\/1\.1 101 /);
  tunnel.write('hello');
  const [echo] = await once(tunnel, 'data');
  assert.equal(String(echo), 'hello');
  assert.deepEqual(pathsOf(judge.actions), ['https GET /live']);
});

test('what opened the tunnel is the origin of its first request alone', async (t) => {
  const port = await secureTarget(t, (_incoming, response) => response.end());
  const judge = testJudge(() => 'allow');
  const { gate, authority } = await inspecting(t, judge, {
    origins: (told) => (told === 'here' ? { file: 'a.test.ts', line: 7 } : null),
  });
  const socket = connect(gate.port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.write(
    `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\nx-jit-approval-origin: here\r\nProxy-Authorization: ${basic(credential)}\r\n\r\n`,
  );
  await once(socket, 'data');
  const tunnel = await secured(socket, { ca: authority.pem });
  for (const path of ['/1', '/2']) {
    tunnel.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    await once(tunnel, 'data');
  }
  assert.deepEqual(
    judge.actions.map((action) => action.origin),
    [{ file: 'a.test.ts', line: 7 }, null],
  );
});
