import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupCommit } from '../../src/ledger/group-commit.ts';

test('what is asked for while a commit is under way is committed together, in its order', async () => {
  const batches: number[][] = [];
  const gate = Promise.withResolvers<void>();
  const began = Promise.withResolvers<void>();
  const add = groupCommit(async (items: readonly number[]) => {
    batches.push([...items]);
    began.resolve();
    await gate.promise;
    return items.map((item) => item * 10);
  });
  const first = add(1);
  await began.promise;
  const later = [add(2), add(3), add(4)];
  gate.resolve();
  assert.deepEqual(await Promise.all([first, ...later]), [10, 20, 30, 40]);
  assert.deepEqual(batches, [[1], [2, 3, 4]]);
  assert.equal(await add(5), 50);
});

test('one that cannot be committed fails alone', async () => {
  const add = groupCommit(async (items: readonly string[]) => {
    if (items.includes('bad')) throw new Error('no');
    return items;
  });
  const answers = await Promise.allSettled([add('a'), add('bad'), add('b')]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
});

test('more than one commit should hold are spread over several', async () => {
  const sizes: number[] = [];
  const add = groupCommit(async (items: readonly number[]) => {
    sizes.push(items.length);
    return items;
  });
  const all = Array.from({ length: 150 }, (_, index) => index);
  assert.deepEqual(await Promise.all(all.map(add)), all);
  assert.deepEqual(sizes, [64, 64, 22]);
});
