import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupCommit } from '../../src/ledger/group-commit.ts';

const never = () => false;

test('what is asked for while a commit is under way is committed together, in its order', async () => {
  const batches: number[][] = [];
  const gate = Promise.withResolvers<void>();
  const began = Promise.withResolvers<void>();
  const add = groupCommit(async (items: readonly number[]) => {
    batches.push([...items]);
    began.resolve();
    await gate.promise;
    return items.map((item) => item * 10);
  }, never);
  const first = add(1);
  await began.promise;
  const later = [add(2), add(3), add(4)];
  gate.resolve();
  assert.deepEqual(await Promise.all([first, ...later]), [10, 20, 30, 40]);
  assert.deepEqual(batches, [[1], [2, 3, 4]]);
  assert.equal(await add(5), 50);
});

for (const [what, isOfOne, expected, commits] of [
  ['one that cannot be committed fails alone', true, ['fulfilled', 'rejected', 'fulfilled'], 4],
  ['where nothing can be committed, all fail at once', false, ['rejected', 'rejected', 'rejected'], 1],
] as const) {
  test(what, async () => {
    let count = 0;
    const add = groupCommit(
      async (items: readonly string[]) => {
        count++;
        if (items.includes('bad')) throw new Error('no');
        return items;
      },
      () => isOfOne,
    );
    const answers = await Promise.allSettled([add('a'), add('bad'), add('b')]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      expected,
    );
    assert.equal(count, commits);
  });
}

test('more than one commit should hold are spread over several', async () => {
  const sizes: number[] = [];
  const add = groupCommit(async (items: readonly number[]) => {
    sizes.push(items.length);
    return items;
  }, never);
  const all = Array.from({ length: 150 }, (_, index) => index);
  assert.deepEqual(await Promise.all(all.map(add)), all);
  assert.deepEqual(sizes, [64, 64, 22]);
});
