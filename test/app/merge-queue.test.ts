import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { loadGrantText } from './help/grants.ts';
import { checksOn, openOther, wordOn } from './help/queue.ts';
import { flaggedOf } from './help/report.ts';
import { heldOnce, idOf, repository, stage } from './help/stage.ts';

suite('a merge queue', () => {
  test("has gate and grants of the pull request on the group's head, and merges by them", async () => {
    await using scene = await stage({ suite: heldOnce });
    const { act, create } = scene.sandbox;
    create.protect(repository, 'main', [{ name: 'JIT approval: main', appId: scene.appId }]);
    const pull = await scene.open();
    await assert.rejects(act.enqueue('wanda', pull), /Required status checks/);
    act.comment('alice', pull, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();

    const head = await act.enqueue('wanda', pull);
    await scene.settle();
    const [gate] = checksOn(scene, head);
    assert.deepEqual([gate?.conclusion, gate?.actions], ['success', []]);
    const set = loadGrantText(gate?.text ?? '');
    assert.deepEqual([set.pullRequest, set.base, set.head], [pull.number, 'main', head]);
    // on a commit that nobody saw it covers what the approved head's run showed
    assert.deepEqual(
      set.grants.map(({ id, uses }) => [id, uses]),
      [[idOf(scene.del('7')), 1]],
    );

    await act.landQueued(pull);
    await scene.settle();
    assert.equal(pull.mergeSha, head);
    const ended = checksOn(scene, head);
    assert.deepEqual([ended.length, ended[0]?.conclusion], [1, 'success']);
    assert.deepEqual(loadGrantText(ended[0]?.text ?? '').grants, []);
    assert.deepEqual(scene.sandbox.violations, []);
  });

  test('is as strict as the strictest pull request in a group, of those before it too', async () => {
    await using scene = await stage({ suite: heldOnce });
    const { act } = scene.sandbox;
    const [first, second] = [await scene.open(), await openOther(scene)];
    act.comment('alice', second, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    assert.deepEqual(
      [scene.gate(first)?.conclusion, scene.gate(second)?.conclusion],
      ['action_required', 'success'],
    );

    const below = await act.enqueue('wanda', first);
    const above = await act.enqueue('wanda', second);
    await scene.settle();
    assert.equal(wordOn(scene, below), 'action_required');
    // what is green alone is not where it stands on something that waits
    assert.equal(wordOn(scene, above), 'action_required');
    const numbers = checksOn(scene, above).map(({ text }) => loadGrantText(text ?? '').pullRequest);
    assert.deepEqual([...new Set(numbers)].sort(), [first.number, second.number]);
    assert.deepEqual(
      checksOn(scene, below).map(({ text }) => loadGrantText(text ?? '').pullRequest),
      [first.number],
    );

    act.comment('alice', first, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    assert.deepEqual([wordOn(scene, below), wordOn(scene, above)], ['success', 'success']);
    assert.deepEqual(scene.sandbox.violations, []);
  });

  test('that drops a group leaves nothing open on its head, and no grant', async () => {
    await using scene = await stage({
      suite:
        ({ del }) =>
        () => [flaggedOf(del('7')), flaggedOf(del('8'))],
    });
    const { act } = scene.sandbox;
    const [first, second] = [await scene.open(), await openOther(scene)];
    for (const pull of [first, second]) act.comment('alice', pull, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    const below = await act.enqueue('wanda', first);
    const above = await act.enqueue('wanda', second);
    await scene.settle();
    const grants = () =>
      [...checksOn(scene, below), ...checksOn(scene, above)].map(
        ({ text }) => loadGrantText(text ?? '').grants.length,
      );
    assert.deepEqual(grants(), [1, 1, 1]);
    await act.dequeue('wanda', first);
    await scene.settle();
    for (const gate of [...checksOn(scene, below), ...checksOn(scene, above)]) {
      assert.deepEqual([gate.status, gate.conclusion], ['completed', 'failure']);
      assert.match(gate.summary ?? '', /exists no more|has ended/);
    }
    assert.deepEqual(grants(), [0, 0, 0]);
    // and the one that stays has a group of its own, without what left
    const [last] = scene.sandbox.read.pull(repository, second.number).repository.queue;
    assert.deepEqual(
      checksOn(scene, last?.head ?? '').map(({ text }) => loadGrantText(text ?? '').pullRequest),
      [second.number],
    );
    assert.deepEqual(scene.sandbox.violations, []);
  });
});
