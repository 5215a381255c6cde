import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { deliveryRecovery } from '../../src/app/deliveries.ts';
import type { Delivery } from '../../src/github/port.ts';
import { memoryLedger } from '../../src/ledger/memory.ts';
import { deskWith } from './help/desk.ts';
import { stage } from './help/stage.ts';

const delivery = (id: number, guid: string, action = 'created'): Delivery => ({
  id,
  guid,
  deliveredAt: `2026-01-01T00:${String(id).padStart(2, '0')}:00Z`,
  statusCode: 502,
  event: 'issue_comment',
  action,
});

/** GitHub's list grows from round to round; what is asked for is written down. `times`: of each round. */
function recovery(rounds: readonly (readonly Delivery[])[], times: readonly number[] = []) {
  const asked: number[] = [];
  let shown: readonly Delivery[] = [];
  let now = Date.UTC(2026, 0, 1, 1);
  const ledger = memoryLedger();
  const fresh = () =>
    deliveryRecovery(deskWith({ now: () => now, ledger }), {
      failedDeliveries: async (since) => shown.filter(({ deliveredAt }) => deliveredAt >= since),
      async redeliver(id) {
        asked.push(id);
        if (id === 13) throw new Error('422');
      },
    });
  return {
    asked,
    ledger,
    fresh,
    async play(recover = fresh()) {
      const counts: number[] = [];
      for (const [index, round] of rounds.entries()) {
        shown = round;
        now = times[index] ?? now;
        counts.push(await recover());
      }
      return counts;
    },
  };
}

suite('deliveries that failed', () => {
  test('are asked for again once while nothing new is known of them', async () => {
    const { play, asked } = recovery([[delivery(1, 'a')], [delivery(1, 'a')]]);
    assert.deepEqual(await play(), [1, 0]);
    assert.deepEqual(asked, [1]);
  });

  test('are asked for again when they failed again, after the fourth attempt with pauses that grow', async () => {
    const grown = (attempts: number) =>
      Array.from({ length: attempts }, (_, index) => delivery(index + 1, 'a'));
    // seconds after the newest attempt
    const rounds = [
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 9],
      [4, 10],
      [5, 19],
      [5, 20],
      [12, 2559],
      [12, 2560],
    ] as const;
    const { play, asked } = recovery(
      rounds.map(([attempts]) => grown(attempts)),
      rounds.map(([attempts, seconds]) => Date.UTC(2026, 0, 1, 0, attempts, seconds)),
    );
    assert.deepEqual(await play(), [1, 1, 1, 0, 1, 0, 1, 0, 1]);
    assert.deepEqual(asked, [1, 2, 3, 4, 5, 12]);
  });

  test('are left alone when the ledger has them', async () => {
    const { play, asked, ledger } = recovery([[delivery(1, 'a'), delivery(3, 'b')]]);
    await ledger.record({ repository: 'acme/shop', number: 1 }, [], 'a', 1);
    assert.deepEqual(await play(), [1]);
    assert.deepEqual(asked, [3]);
  });

  test('are asked for once by all processes on a ledger, after a restart too', async () => {
    const { play, asked, fresh } = recovery([[delivery(1, 'a'), delivery(3, 'b')]]);
    assert.deepEqual(await play(), [2]);
    assert.deepEqual(await play(fresh()), [0]);
    assert.deepEqual(asked, [1, 3]);
  });

  test('of which no handler takes anything are not asked for', async () => {
    const { play, asked } = recovery([[delivery(1, 'a', 'edited'), delivery(2, 'b')]]);
    assert.deepEqual(await play(), [1]);
    assert.deepEqual(asked, [2]);
  });

  test('attempts before a restart count: what failed four times waits, also after it', async () => {
    const failed = [[1, 2, 3, 4].map((id) => delivery(id, 'a'))];
    const { play, asked, fresh } = recovery(failed, [Date.UTC(2026, 0, 1, 0, 4, 9)]);
    await play();
    await play(fresh());
    assert.deepEqual(asked, []);
  });

  test('one that GitHub would not repeat does not stop the others, and is tried again', async () => {
    const failed = [delivery(13, 'a'), delivery(14, 'b')];
    const { play, asked } = recovery([failed, failed]);
    assert.deepEqual(await play(), [1, 0]);
    assert.deepEqual(asked, [13, 14, 13]);
  });

  test('more than a page of them is found by cursor, and each arrives once', async () => {
    await using scene = await stage();
    const pull = await scene.open();
    const { sandbox } = scene;
    sandbox.create.webhook(scene.appId, { url: 'http://127.0.0.1:9/', secret: scene.config.webhookSecret });
    for (let index = 0; index < 105; index++) sandbox.act.comment('alice', pull, `note ${index}`);
    await sandbox.idle();
    sandbox.create.webhook(scene.appId, {
      url: scene.app.webhookUrl,
      secret: scene.config.webhookSecret,
    });
    await scene.app.sweep();
    await scene.settle();
    await scene.app.sweep();
    await scene.settle();
    const { deliveries } = sandbox.webhooks;
    const lost = new Set(deliveries.filter(({ statusCode }) => statusCode !== 200).map(({ guid }) => guid));
    const arrived = deliveries.filter(({ guid, statusCode }) => lost.has(guid) && statusCode === 200);
    assert.deepEqual([lost.size, arrived.length], [105, 105]);
  });
});
