import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { holdLease } from '../../src/app/held.ts';
import { memoryLedger } from '../../src/ledger/memory.ts';
import { quiet } from './help/desk.ts';

const key = { repository: 'acme/shop', number: 1 };

suite('a pull request that is held', () => {
  test('may be written to while the lease runs', async () => {
    const ledger = memoryLedger();
    await ledger.markDirty(key, 5);
    const held = await holdLease(ledger, { holder: 'this test', ms: 60_000 }, quiet);
    held?.check();
    await held?.release({ kind: 'done', againInMs: null });
    assert.deepEqual(await ledger.dirty(), []);
  });

  test('may not be written to once its lease may have ended', async () => {
    const ledger = memoryLedger();
    await ledger.markDirty(key, 5);
    const held = await holdLease(ledger, { holder: 'this test', ms: 0 }, quiet);
    assert.ok(held);
    assert.throws(held.check, { code: 'app-lease' });
    await held.release({ kind: 'done', againInMs: null });
  });

  test('nothing is held when nothing is due', async () => {
    assert.equal(await holdLease(memoryLedger(), { holder: 'this test', ms: 60_000 }, quiet), null);
  });
});
