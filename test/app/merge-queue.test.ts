import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { loadGrantText } from './help/grants.ts';
import { flaggedOf } from './help/report.ts';
import { granted, idOf, repository, type Stage, type StageOptions, stage } from './help/stage.ts';

/** Attempt 1 is held, every later one finds the grant. */
const heldOnce: StageOptions['suite'] =
  ({ del }) =>
  ({ attempt }) => [attempt === 1 ? flaggedOf(del('7')) : granted(del('7'))];

const name = 'JIT approval: main';

/** Our gates on a commit, oldest first: one for each pull request that speaks there. */
function gatesOn(scene: Stage, head: string) {
  const all = [...scene.sandbox.world.checkRuns.values()];
  return all.filter((run) => run.suite.headSha === head && run.name === name);
}

const wordOf = (scene: Stage, head: string) => gatesOn(scene, head).at(-1)?.conclusion;

async function another(scene: Stage) {
  const { act } = scene.sandbox;
  await act.push(repository, 'wanda', { branch: 'other', from: 'main', files: { 'src/b.ts': 'b' } });
  const pull = await act.openPull(repository, 'wanda', { head: 'other', title: 'Other' });
  await scene.settle();
  return pull;
}

suite('a merge queue', () => {
  test("has gate and grants of the pull request on the group's head, and merges by them", async () => {
    await using scene = await stage({ suite: heldOnce });
    const { act, create } = scene.sandbox;
    create.protect(repository, 'main', [{ name, appId: scene.appId }]);
    const pull = await scene.open();
    await assert.rejects(act.enqueue('wanda', pull), /Required status checks/);
    act.comment('alice', pull, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();

    const head = await act.enqueue('wanda', pull);
    await scene.settle();
    const [gate] = gatesOn(scene, head);
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
    const ended = gatesOn(scene, head);
    assert.deepEqual([ended.length, ended[0]?.conclusion], [1, 'success']);
    assert.deepEqual(loadGrantText(ended[0]?.text ?? '').grants, []);
    assert.deepEqual(scene.sandbox.violations, []);
  });

  test('is as strict as the strictest pull request in a group, of those before it too', async () => {
    await using scene = await stage({ suite: heldOnce });
    const { act } = scene.sandbox;
    const [first, second] = [await scene.open(), await another(scene)];
    act.comment('alice', second, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    assert.deepEqual(
      [scene.gate(first)?.conclusion, scene.gate(second)?.conclusion],
      ['action_required', 'success'],
    );

    const below = await act.enqueue('wanda', first);
    const above = await act.enqueue('wanda', second);
    await scene.settle();
    assert.equal(wordOf(scene, below), 'action_required');
    // what is green alone is not where it stands on something that waits
    assert.equal(wordOf(scene, above), 'action_required');
    const numbers = gatesOn(scene, above).map(({ text }) => loadGrantText(text ?? '').pullRequest);
    assert.deepEqual([...new Set(numbers)].sort(), [first.number, second.number]);
    assert.deepEqual(
      gatesOn(scene, below).map(({ text }) => loadGrantText(text ?? '').pullRequest),
      [first.number],
    );

    act.comment('alice', first, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    assert.deepEqual([wordOf(scene, below), wordOf(scene, above)], ['success', 'success']);
    assert.deepEqual(scene.sandbox.violations, []);
  });

  test('that drops a group leaves nothing open on its head, and no grant', async () => {
    await using scene = await stage({ suite: heldOnce });
    const { act } = scene.sandbox;
    const [first, second] = [await scene.open(), await another(scene)];
    const below = await act.enqueue('wanda', first);
    const above = await act.enqueue('wanda', second);
    await scene.settle();
    await act.dequeue('wanda', first);
    await scene.settle();
    for (const gate of [...gatesOn(scene, below), ...gatesOn(scene, above)]) {
      assert.deepEqual([gate.status, gate.conclusion], ['completed', 'failure']);
      assert.match(gate.summary ?? '', /exists no more|has ended/);
      assert.deepEqual(loadGrantText(gate.text ?? '').grants, []);
    }
    // and the one that stays has a group of its own, without what left
    const [last] = scene.sandbox.read.pull(repository, second.number).repository.queue;
    assert.deepEqual(
      gatesOn(scene, last?.head ?? '').map(({ text }) => loadGrantText(text ?? '').pullRequest),
      [second.number],
    );
    assert.deepEqual(scene.sandbox.violations, []);
  });
});
