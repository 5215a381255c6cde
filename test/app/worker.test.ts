import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Desk } from '../../src/app/desk.ts';
import { type Reconcile, startWorker } from '../../src/app/worker.ts';
import { memoryLedger } from '../../src/ledger/memory.ts';
import type { Ledger } from '../../src/ledger/port.ts';
import { deskWith } from './help/desk.ts';

const key = (number: number) => ({ repository: 'acme/shop', number });

/** A promise that the test settles. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { promise, open: resolve };
}

/** Looks when it is told to, and never by itself. */
const pace = { leaseMs: 60_000, pollMs: 3600_000, reconcileAtOnce: 4, retryMs: 2000 };

async function worked(reconcile: Reconcile, over: Partial<Desk> = {}) {
  const ledger = over.ledger ?? memoryLedger(over.now);
  const desk = deskWith({ ledger, ...over });
  return { ledger, desk, worker: startWorker(desk, reconcile, pace) };
}

suite('the worker', () => {
  test('does what was dirty before it started, once, and leaves it clean', async () => {
    const done: number[] = [];
    const { ledger, worker } = await worked(async ({ number }) => {
      done.push(number);
      return null;
    });
    await ledger.markDirty(key(1), 5);
    await ledger.markDirty(key(2), 5);
    worker.wake();
    await worker.idle();
    assert.deepEqual(done, [1, 2]);
    assert.deepEqual(await ledger.dirty(), []);
    await worker.stop();
  });

  test('looks again when something was recorded while it worked', async () => {
    let rounds = 0;
    const { ledger, worker } = await worked(async (one) => {
      if (++rounds === 1) await ledger.markDirty(one, 5);
      return null;
    });
    await ledger.markDirty(key(1), 5);
    worker.wake();
    await worker.idle();
    assert.equal(rounds, 2);
    await worker.stop();
  });

  test('never works twice at once on one pull request, and on others beside it', async () => {
    const first = gate();
    const second = gate();
    let now = 0;
    let most = 0;
    const others: number[] = [];
    const { ledger, worker } = await worked(async ({ number }) => {
      if (number !== 1) {
        others.push(number);
        second.open();
        return null;
      }
      most = Math.max(most, ++now);
      await first.promise;
      now--;
      return null;
    });
    await ledger.markDirty(key(1), 5);
    worker.wake();
    await ledger.markDirty(key(1), 5);
    await ledger.markDirty(key(2), 5);
    worker.wake();
    await second.promise;
    assert.equal(most, 1);
    first.open();
    await worker.idle();
    assert.equal(most, 1);
    assert.deepEqual(others, [2]);
    await worker.stop();
  });

  test('keeps what failed dirty and waits before it tries again', async () => {
    let rounds = 0;
    let now = 0;
    const { ledger, worker } = await worked(
      async () => {
        rounds++;
        throw new Error('GitHub is away');
      },
      { now: () => now },
    );
    await ledger.markDirty(key(1), 5);
    worker.wake();
    await worker.idle();
    worker.wake();
    await worker.idle();
    assert.equal(rounds, 1);
    assert.equal((await ledger.dirty()).length, 1);
    now = 2001;
    worker.wake();
    await worker.idle();
    assert.equal(rounds, 2);
    await worker.stop();
  });

  test('waits longer after each failure, whichever process failed', async () => {
    let now = 0;
    const ledger = memoryLedger(() => now);
    const failing: Reconcile = async () => {
      throw new Error('GitHub is away');
    };
    await ledger.markDirty(key(1), 5);
    for (const waits of [2000, 4000, 8000]) {
      // each a process of its own: what one learnt the next one knows
      const { worker } = await worked(failing, { ledger, now: () => now });
      worker.wake();
      await worker.idle();
      await worker.stop();
      now += waits - 1;
      assert.equal(await ledger.take({ holder: 'too early', ms: 0 }), null);
      now += 1;
    }
    assert.equal((await ledger.take({ holder: 'now', ms: 0 }))?.failures, 3);
  });

  test('comes back when time alone asks for it', async () => {
    let now = 0;
    let rounds = 0;
    const over = { now: () => now };
    const { ledger, worker } = await worked(async () => (++rounds === 1 ? 5000 : null), over);
    await ledger.markDirty(key(1), 5);
    worker.wake();
    await worker.idle();
    worker.wake();
    await worker.idle();
    assert.equal(rounds, 1);
    now = 5000;
    worker.wake();
    await worker.idle();
    assert.equal(rounds, 2);
    await worker.stop();
  });

  test('two processes on one ledger never work at once on one pull request', async () => {
    const ledger = memoryLedger();
    let now = 0;
    let most = 0;
    const reconcile: Reconcile = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return null;
    };
    const [one, two] = [await worked(reconcile, { ledger }), await worked(reconcile, { ledger })];
    for (let round = 0; round < 20; round++) {
      await ledger.markDirty(key(1), 5);
      one.worker.wake();
      two.worker.wake();
    }
    await Promise.all([one.worker.idle(), two.worker.idle()]);
    assert.equal(most, 1);
    await Promise.all([one.worker.stop(), two.worker.stop()]);
  });

  test('goes on after a ledger that did not answer', async () => {
    const real = memoryLedger();
    let away = true;
    const ledger: Ledger = {
      ...real,
      take: (lease) => (away ? Promise.reject(new Error('connection lost')) : real.take(lease)),
    };
    let rounds = 0;
    const { worker } = await worked(
      async () => {
        rounds++;
        return null;
      },
      { ledger },
    );
    await ledger.markDirty(key(1), 5);
    worker.wake();
    await worker.idle();
    away = false;
    worker.wake();
    await worker.idle();
    assert.equal(rounds, 1);
    await worker.stop();
  });

  test('stops after what it does, and starts nothing more', async () => {
    const hold = gate();
    const started = gate();
    const done: number[] = [];
    const { ledger, worker } = await worked(async ({ number }) => {
      started.open();
      await hold.promise;
      done.push(number);
      return null;
    });
    await ledger.markDirty(key(1), 5);
    worker.wake();
    await started.promise;
    const stopping = worker.stop();
    await ledger.markDirty(key(2), 5);
    worker.wake();
    hold.open();
    await stopping;
    assert.deepEqual(done, [1]);
    assert.equal((await ledger.dirty()).length, 1);
  });
});
