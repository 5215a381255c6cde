import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Desk } from '../../src/app/desk.ts';
import { type Reconcile, startWorker } from '../../src/app/worker.ts';
import { memoryLedger } from '../../src/ledger/memory.ts';
import { deskWith } from './help/desk.ts';

const key = (number: number) => ({ repository: 'acme/shop', number });

/** A promise that the test settles. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { promise, open: resolve };
}

async function worked(reconcile: Reconcile, over: Partial<Desk> = {}) {
  const ledger = memoryLedger();
  const desk = deskWith({ ledger, ...over });
  return { ledger, desk, worker: startWorker(desk, reconcile) };
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
