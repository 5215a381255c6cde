import assert from 'node:assert/strict';
import test from 'node:test';
import { onceLoaded } from '../../src/gates/once-loaded.ts';

test('what is asked for twice, also while it loads, is loaded once', async () => {
  let loads = 0;
  const { get, loaded } = onceLoaded(async () => ++loads);
  assert.deepEqual(await Promise.all([get(), get(), loaded()]), [1, 1, 1]);
  assert.equal(await get(), 1);
  assert.equal(await loaded(), 1);
});

test('what failed to load is tried again, and who asked before is told why', async () => {
  let loads = 0;
  const { get, loaded } = onceLoaded(async () => {
    if (++loads === 1) throw new Error('too many open files');
    return loads;
  });
  const [first, second, seen] = await Promise.allSettled([get(), get(), loaded()]);
  for (const asked of [first, second]) {
    assert.ok(asked.status === 'rejected');
    assert.match(String(asked.reason), /too many open files/);
  }
  assert.deepEqual(seen, { status: 'fulfilled', value: null });
  assert.equal(await loaded(), null, 'asking what is there loads nothing');
  assert.equal(await get(), 2);
});

test('nothing is loaded before it is asked for', async () => {
  let loads = 0;
  const { loaded } = onceLoaded(async () => ++loads);
  assert.equal(await loaded(), null);
  assert.equal(loads, 0);
});
