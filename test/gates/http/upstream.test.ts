import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { request } from 'undici';
import { exchange, plainRoute } from '../../../src/gates/http/exchange.ts';
import { gateServer } from '../../../src/gates/http/server.ts';
import { exchangeUpgrade } from '../../../src/gates/http/upgrade.ts';
import { openUpstream, type Upstream } from '../../../src/gates/http/upstream.ts';
import { listen, raw, recordingTarget, type TestJudge, testJudge, undeclared } from './support.ts';

/** A gate in front of one port whose way to the target is `way` of the real one. */
async function gateFor(t: TestContext, judge: TestJudge, port: number, way: (real: Upstream) => Upstream) {
  const real = openUpstream({ ownPorts: () => [] });
  t.after(() => real.close());
  const gate = { judge, upstream: way(real), bodyLimit: 1000, origins: () => null };
  const authority = { host: '127.0.0.1', port };
  const resource = { raw: '/', path: '/', query: [] };
  const route = plainRoute('http', authority, undeclared('127.0.0.1', port), resource);
  const server = gateServer({
    request: (...given) => exchange(gate, route, ...given),
    upgrade: (...given) => exchangeUpgrade(gate, route, ...given),
  });
  return { server, port: await listen(server, t) };
}

test('while connections cannot be loaded nothing is judged or let through; the next request tries again', async (t) => {
  const target = await recordingTarget(t);
  const judge = testJudge(() => 'allow');
  let loads = 0;
  const { port } = await gateFor(t, judge, target.port, (real) => ({
    ...real,
    dispatcher: async () => {
      if (++loads === 1) throw new Error('too many open files');
      return real.dispatcher();
    },
  }));
  const refused = await request(`http://127.0.0.1:${port}/`);
  assert.equal(refused.statusCode, 500);
  await refused.body.dump();
  assert.equal(judge.actions.length, 0);
  const answered = await request(`http://127.0.0.1:${port}/`);
  assert.equal(await answered.body.text(), 'answer 1');
  assert.deepEqual(await judge.settledAll(1), ['completed']);
});

test('a WebSocket of a gate that closes while the target is connected to never reaches it: void', async (t) => {
  let offers = 0;
  const server = createServer();
  server.on('upgrade', (_request, socket) => {
    offers += 1;
    socket.destroy();
  });
  const arrived = once(server, 'connection');
  const target = await listen(server, t);
  const judge = testJudge(() => 'allow');
  const gate = await gateFor(t, judge, target, (real) => ({
    ...real,
    connect: async (...to) => {
      const remote = await real.connect(...to);
      gate.server.emit('end of the suite');
      return remote;
    },
  }));
  gate.server.on('connection', (socket) => gate.server.once('end of the suite', () => socket.destroy()));
  const answer = raw(
    gate.port,
    'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  const [remote] = await arrived;
  await once(remote, 'close');
  assert.equal(await answer, '');
  assert.deepEqual(await judge.settledAll(1), ['void']);
  assert.equal(offers, 0);
});
