import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { deliveryRecovery } from '../../src/app/deliveries.ts';
import type { Delivery } from '../../src/github/port.ts';
import { deskWith } from './help/desk.ts';

const failed = (id: number, guid: string, minute: number): Delivery => ({
  id,
  guid,
  deliveredAt: `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`,
  statusCode: 502,
  event: 'issue_comment',
});

function recovery(rounds: readonly (readonly Delivery[])[]) {
  const asked: number[] = [];
  let round = -1;
  const recover = deliveryRecovery(deskWith({ now: () => Date.parse('2026-01-01T01:00:00Z') }), {
    failedDeliveries: async () => rounds[++round] ?? [],
    redeliver: async (id) => {
      asked.push(id);
      if (id === 13) throw new Error('422');
    },
  });
  return { recover, asked };
}

suite('deliveries that failed', () => {
  test('are asked for again once while nothing new is known of them', async () => {
    const { recover, asked } = recovery([[failed(1, 'a', 1)], [failed(1, 'a', 1)]]);
    assert.equal(await recover(), 1);
    assert.equal(await recover(), 0);
    assert.deepEqual(asked, [1]);
  });

  test('are asked for again when they failed again, three times at most', async () => {
    const one = (minute: number) =>
      Array.from({ length: minute }, (_, index) => failed(index + 1, 'a', index + 1));
    const { recover, asked } = recovery([one(1), one(2), one(3), one(4), one(5)]);
    for (let round = 0; round < 5; round++) await recover();
    assert.deepEqual(asked, [1, 2, 3]);
  });

  test('one that GitHub will not repeat does not stop the others', async () => {
    const { recover, asked } = recovery([[failed(13, 'a', 1), failed(14, 'b', 1)]]);
    assert.equal(await recover(), 1);
    assert.deepEqual(asked, [13, 14]);
  });
});
