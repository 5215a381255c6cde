/**
 * Time of one request, direct and through each gate, one after the other on one connection. Rounds are
 * interleaved so that a busy machine slows all alike. Run: node bench/http-gate.ts [requests per round]
 */
import { createServer, Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { startHttpProxy } from '../src/gates/http/proxy.ts';
import { startReverseGate } from '../src/gates/http/reverse.ts';
import type { Target } from '../src/policy/action.ts';
import type { Judge } from '../src/policy/judge.ts';

const perRound = Number(process.argv[2] ?? 300);
const rounds = 10;
const payload = JSON.stringify({
  amount: 1200,
  currency: 'eur',
  metadata: { order: 'o-1', note: 'x'.repeat(400) },
});

function judgeReading(reads: 'head' | 'body'): Judge {
  return { reads: () => reads, judge: async () => ({ outcome: 'allow', settle: () => {} }) };
}

function targetFor(_scheme: string, host: string, port: number): Target {
  const name = `${host}:${port}`;
  return {
    name,
    kind: 'http',
    declared: false,
    disposable: false,
    identity: name,
    host,
    port,
    database: null,
  };
}

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}'));
});
const port = await listen(server);
const origin = new URL(`http://127.0.0.1:${port}`);

/** What any proxy on node:http costs: two parsers and two sockets, no judgement. */
const bare = createServer((request, response) => {
  const { method, url, headers } = request;
  const onward = httpRequest(
    { port, host: '127.0.0.1', method, path: url, headers, agent: keepAlive },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  request.pipe(onward);
});
const keepAlive = new HttpAgent({ keepAlive: true });
const barePort = await listen(bare);

const target = targetFor('http', '127.0.0.1', port);
const head = await startReverseGate({ judge: judgeReading('head'), target, upstream: origin });
const body = await startReverseGate({ judge: judgeReading('body'), target, upstream: origin });
const proxy = await startHttpProxy({ judge: judgeReading('body'), targetFor, uid: null });

const direct = new Agent({ connections: 1 });
const forward = new ProxyAgent({ uri: proxy.url, proxyTunnel: false, connections: 1 });
const tunnel = new ProxyAgent({ uri: proxy.url, proxyTunnel: true, connections: 1 });

const ways: { name: string; url: string; dispatcher: Dispatcher; times: number[] }[] = [
  { name: 'direct', url: origin.href, dispatcher: direct, times: [] },
  {
    name: 'bare node:http proxy, no judge',
    url: `http://127.0.0.1:${barePort}/`,
    dispatcher: direct,
    times: [],
  },
  { name: 'reverse gate, head judged', url: head.url, dispatcher: direct, times: [] },
  { name: 'reverse gate, body judged', url: body.url, dispatcher: direct, times: [] },
  { name: 'forward proxy, body judged', url: origin.href, dispatcher: forward, times: [] },
  { name: 'CONNECT, plain HTTP inside', url: origin.href, dispatcher: tunnel, times: [] },
];

for (let round = -1; round < rounds; round += 1) {
  for (const way of ways) {
    const start = performance.now();
    for (let i = 0; i < perRound; i += 1) await once(way.url, way.dispatcher);
    // The first round warms everything up
    if (round >= 0) way.times.push(((performance.now() - start) * 1000) / perRound);
  }
}

const base = median(ways[0]?.times ?? []);
for (const { name, times } of ways) {
  const time = median(times);
  console.log(`${name.padEnd(32)} ${time.toFixed(0).padStart(6)} µs  ${(time / base).toFixed(2)}×`);
}
await Promise.all([
  head.close(),
  body.close(),
  proxy.close(),
  direct.close(),
  forward.close(),
  tunnel.close(),
]);
keepAlive.destroy();
server.close();
bare.close();

async function once(url: string, dispatcher: Dispatcher): Promise<void> {
  const at = new URL(url);
  const answer = await dispatcher.request({
    origin: at.origin,
    path: '/v1/charges',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: payload,
  });
  await answer.body.dump();
}

async function listen(on: typeof server): Promise<number> {
  await new Promise<void>((resolve) => on.listen(0, '127.0.0.1', resolve));
  const address = on.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
