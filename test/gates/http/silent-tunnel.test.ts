import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { startHttpProxy } from '../../../src/gates/http/proxy.ts';
import { basic, targetFor, testJudge } from './support.ts';

/** Longer than the gate's patience with a client that says nothing. */
const patience = 5_000;

async function greetingServer(t: TestContext): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('220 ready\r\n');
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert(address !== null && typeof address === 'object');
  return address.port;
}

async function tunnelTo(t: TestContext, gatePort: number, port: number): Promise<Socket> {
  const socket = connect(gatePort, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.write(
    `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ${basic('pw')}\r\n\r\n`,
  );
  const [answer] = await once(socket, 'data');
  assert.match(String(answer), /^HTTP\/1\.1 200 /);
  return socket;
}

test('a silent client may wait for the server to speak first, once the host is judged', async (t) => {
  const port = await greetingServer(t);
  const judge = testJudge(() => 'allow');
  const gate = await startHttpProxy({ judge, targetFor, uid: null, credential: 'pw' });
  t.after(() => gate.close());
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const socket = await tunnelTo(t, gate.port, port);
  assert.equal(judge.actions.length, 0);
  t.mock.timers.tick(patience);
  const [greeting] = await once(socket, 'data');
  assert.equal(String(greeting), '220 ready\r\n');
  assert.deepEqual(await judge.settledAll(1), ['completed']);
});

test('a silent client whose host would be held is not reported until it says something', async (t) => {
  const port = await greetingServer(t);
  const judge = testJudge(() => 'held');
  const gate = await startHttpProxy({ judge, targetFor, uid: null, credential: 'pw' });
  t.after(() => gate.close());
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const socket = await tunnelTo(t, gate.port, port);
  t.mock.timers.tick(patience);
  assert.deepEqual(await judge.settledAll(1), ['void']);
  socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  const [answer] = await once(socket, 'data');
  assert.match(String(answer), /^HTTP\/1\.1 423 /);
  assert.deepEqual(await judge.settledAll(2), ['void', 'refused']);
});
