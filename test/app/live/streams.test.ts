import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { suite, test } from 'node:test';
import { LiveRefusal } from '../../../src/app/live/refusal.ts';
import { type Listener, liveStreams } from '../../../src/app/live/streams.ts';
import { openMetrics } from '../../../src/app/metrics.ts';
import { memoryLedger } from '../../../src/ledger/memory.ts';
import { serverEvents } from '../../../src/live/events.ts';
import { deskWith } from '../help/desk.ts';

const shop = { repository: 'acme/shop', number: 7 };
const salt = (text: string) => ({ type: 'salt', at: '2026-01-01T00:00:00Z', salt: text.repeat(32) }) as const;

/** Streams behind a real server: who listens where, and what they are told, is the test's. */
async function app(limits: Parameters<typeof liveStreams>[1] = {}) {
  const ledger = memoryLedger();
  const metrics = openMetrics({ ledger, forgetAfterMs: 1000, now: Date.now });
  const streams = liveStreams(deskWith({ ledger, metrics }), limits);
  const listener = (over: Partial<Omit<Listener, 'tell'>> = {}, words = 'decided'): Listener => ({
    key: shop,
    run: { id: 1 },
    tell: async (facts) => ({
      kind: 'decisions',
      decisions: {
        version: 1,
        grants: [],
        denied: [{ fingerprint: 'a'.repeat(64), id: 'aaaaaaaa', by: `${words}${facts.length}` }],
      },
    }),
    ...over,
  });
  let next: {
    readonly listener: Listener;
    answer(opened: ServerResponse): void;
    before(response: ServerResponse): Promise<unknown>;
  };
  const server = createServer(async (_request, response) => {
    const { listener: asks, answer, before } = next;
    await before(response);
    try {
      streams.open(asks, 0, response);
    } catch (thrown) {
      assert.ok(thrown instanceof LiveRefusal);
      response.writeHead(thrown.status).end(thrown.message);
    }
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const serve = (
    asks: Listener,
    before: (response: ServerResponse) => Promise<unknown> = async () => undefined,
  ) =>
    new Promise<ServerResponse>((answer) => {
      next = { listener: asks, answer, before };
    });
  return {
    ledger,
    streams,
    listener,
    port,
    serve,
    async open(asks: Listener) {
      void serve(asks);
      return fetch(`http://127.0.0.1:${port}/`);
    },
    gauge: async () => /^jit_approval_live_streams (\d+)$/m.exec(await metrics.text())?.[1],
    async [Symbol.asyncDispose]() {
      streams.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function firstEvent(answer: Response): Promise<string> {
  assert.ok(answer.body !== null);
  for await (const { data } of serverEvents(answer.body, () => undefined)) return data;
  throw new Error('the stream ended without an event');
}

suite('streams of decisions', () => {
  test('have bounds by run, by repository and in all, and a gauge that counts them', async () => {
    await using it = await app({ perRun: 1, perRepository: 2, inAll: 3 });
    const of = (repository: string, id: number) =>
      it.listener({ key: { repository, number: 7 }, run: { id } });
    const first = await it.open(of('acme/shop', 1));
    assert.equal(first.status, 200);
    const again = await it.open(of('acme/shop', 1));
    assert.deepEqual([again.status, await again.text()], [429, 'This run listens on 1 connections already.']);
    await it.open(of('acme/shop', 2));
    assert.equal((await it.open(of('acme/shop', 3))).status, 429);
    await it.open(of('acme/store', 4));
    assert.equal((await it.open(of('acme/other', 5))).status, 503);
    assert.equal(await it.gauge(), '3');
    it.streams.close();
    await first.text();
  });

  test('a place is free again when its connection ends', async () => {
    await using it = await app({ perRun: 1 });
    const opened = it.serve(it.listener());
    const stop = new AbortController();
    const answer = await fetch(`http://127.0.0.1:${it.port}/`, { signal: stop.signal });
    const closed = once(await opened, 'close');
    assert.equal(answer.status, 200);
    stop.abort();
    await closed;
    assert.equal(await it.gauge(), '0');
    assert.equal((await it.open(it.listener())).status, 200);
  });

  test('whoever is gone before it is known who asked takes no place', async () => {
    await using it = await app();
    const stop = new AbortController();
    const opened = it.serve(it.listener(), (response) => {
      stop.abort();
      return once(response, 'close');
    });
    await assert.rejects(fetch(`http://127.0.0.1:${it.port}/`, { signal: stop.signal }));
    await opened;
    assert.equal(await it.gauge(), '0');
  });

  test('an event goes to the streams of its pull request, to no others', async () => {
    await using it = await app();
    const others: string[] = [];
    const elsewhere = (repository: string, number: number): Listener => ({
      ...it.listener({ key: { repository, number } }),
      async tell() {
        others.push(`${repository}#${number}`);
        return { kind: 'end', why: 'never' };
      },
    });
    await it.open(elsewhere('acme/shop', 8));
    await it.open(elsewhere('acme/store', 7));
    const mine = await it.open(it.listener());
    await it.ledger.record(shop, [salt('a')], null, 1);
    it.streams.changed(shop);
    assert.match(await firstEvent(mine), /decided1/);
    assert.deepEqual(others, []);
  });

  test('a sign of life comes every 15 seconds', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    await using it = await app();
    const answer = await it.open(it.listener());
    const reader = answer.body?.getReader();
    assert.ok(reader !== undefined);
    t.mock.timers.tick(15_000);
    const { value } = await reader.read();
    assert.equal(Buffer.from(value ?? new Uint8Array()).toString(), ': still here\n\n');
    await reader.cancel();
  });

  test('who does not read is let go, and the others are told as before', async () => {
    await using it = await app();
    const opened = it.serve(it.listener({}, 'x'.repeat(20_000)));
    const silent = connect(it.port, '127.0.0.1');
    silent.pause();
    silent.on('error', () => undefined);
    silent.write('GET / HTTP/1.1\r\nhost: app\r\n\r\n');
    const response = await opened;
    let gone = false;
    const closed = once(response, 'close').then(() => {
      gone = true;
    });
    for (let count = 0; count < 3000 && !gone; count++) {
      await it.ledger.record(shop, [salt('a')], null, 1);
      it.streams.changed(shop);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(gone, 'who reads nothing of 60 MB is no listener');
    await closed;
    assert.equal(await it.gauge(), '0');
    const reads = await it.open(it.listener());
    it.streams.changed(shop);
    assert.match(await firstEvent(reads), /decided/);
    silent.destroy();
  });
});
