import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { startSweep } from '../../src/app/sweep.ts';
import type { AppCalls } from '../../src/github/port.ts';
import { memoryLedger } from '../../src/ledger/memory.ts';
import type { Ledger } from '../../src/ledger/port.ts';
import { deskWith } from './help/desk.ts';

const pace = { leaseMs: 60_000, sweepMs: 3600_000, discoverMs: 3600_000, retentionDays: null };

/** A replica that says when it asks GitHub for failed deliveries, which is how a round begins. */
function replica(ledger: Ledger, over: Partial<typeof pace> = {}) {
  const swept = Promise.withResolvers<void>();
  const counts = { deliveries: 0, installations: 0 };
  const app: AppCalls = {
    slug: async () => 'jit-approval',
    installationOn: async () => null,
    redeliver: async () => {},
    async failedDeliveries() {
      counts.deliveries++;
      swept.resolve();
      return [];
    },
    async installations() {
      counts.installations++;
      return [];
    },
  };
  return { ...startSweep(deskWith({ ledger }), app, { ...pace, ...over }), counts, swept: swept.promise };
}

test('a sweep keeps nobody waiting: what it looks at comes after what somebody did meanwhile', async () => {
  const ledger = memoryLedger();
  const pulls = Array.from({ length: 20 }, (_, index) => ({ repository: 'acme/shop', number: index + 1 }));
  const pull = {
    ...({ type: 'pull', at: '2026-01-01T00:00:00.000Z', state: 'open', author: 'wanda' } as const),
    ...{ head: 'a'.repeat(40), base: 'main', pushedBy: null },
  };
  for (const key of pulls) await ledger.record(key, [pull], null, 5);
  const take = () => ledger.take({ holder: 'worker', ms: 60_000 });
  const done = { kind: 'done', againInMs: null } as const;
  for (let taken = await take(); taken !== null; taken = await take()) await ledger.release(taken, done);
  const sweep = replica(ledger);
  await sweep.round();
  await ledger.record({ repository: 'acme/shop', number: 17 }, [], 'what somebody did', 5);
  const order: number[] = [];
  for (let taken = await take(); taken !== null; taken = await take()) order.push(taken.key.number);
  assert.equal(order[0], 17);
  assert.equal(order.length, 20);
  await sweep.stop();
});

suite('several replicas on one ledger', () => {
  test('one of them sweeps, until it stops; then another does', async () => {
    const ledger = memoryLedger();
    const [one, two] = [replica(ledger), replica(ledger)];
    await one.round();
    await two.round();
    await one.round();
    assert.deepEqual(
      [one.counts, two.counts],
      [
        { deliveries: 2, installations: 1 },
        { deliveries: 0, installations: 0 },
      ],
    );
    await one.stop();
    await two.round();
    assert.equal(two.counts.deliveries, 1);
    await two.stop();
  });

  test('what a killed one has is free when its lease ends, not before', async () => {
    let now = 0;
    const ledger = memoryLedger(() => now);
    await ledger.takeDuty('sweep', { holder: 'killed', ms: 60_000 });
    const next = replica(ledger);
    await next.round();
    assert.equal(next.counts.deliveries, 0);
    now += 60_000;
    await next.round();
    assert.equal(next.counts.deliveries, 1);
    await next.stop();
  });

  test('the next one need not be told: it asks by itself, and begins with a round', async () => {
    const ledger = memoryLedger();
    await ledger.takeDuty('sweep', { holder: 'killed', ms: 40 });
    const next = replica(ledger, { leaseMs: 30 });
    await next.swept;
    await next.stop();
  });

  test('a ledger that does not answer is no reason to sweep, nor to fall over', async () => {
    const ledger: Ledger = {
      ...memoryLedger(),
      takeDuty: async () => {
        throw new Error('the ledger is away');
      },
    };
    const alone = replica(ledger);
    await alone.round();
    assert.equal(alone.counts.deliveries, 0);
    await alone.stop();
  });
});
