import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { heldOnce, idOf, policyFor, repository, type StageOptions, stage } from '../app/help/stage.ts';

const two: StageOptions = {
  policy: (appId) => policyFor(appId).replace('count: 1', 'count: 2'),
  suite: heldOnce,
};

/** S14, S15, S17: distinct people, each once; deny and revoke win. */
suite('two people are asked for', () => {
  test('one person is one, however often and by whatever way they say it', async () => {
    await using scene = await stage(two);
    const pull = await scene.open();
    const id = idOf(scene.del('7'));
    for (const _ of [1, 2, 3]) scene.sandbox.act.comment('alice', pull, `/approve ${id}`);
    await scene.settle();
    const check = scene.check(pull, `JIT approval / ${id}`);
    assert.ok(check);
    scene.sandbox.act.clickButton('alice', check.id, `approve:${id}`);
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
    scene.sandbox.act.comment('bob', pull, `/approve ${id}`);
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'success');
  });

  test('both at the same moment are two, and run it again once', async () => {
    await using scene = await stage(two);
    const pull = await scene.open();
    const id = idOf(scene.del('7'));
    scene.sandbox.act.comment('alice', pull, `/approve ${id}`);
    scene.sandbox.act.comment('bob', pull, `/approve ${id}`);
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'success');
    assert.equal(scene.sandbox.read.runs(repository)[0]?.attempts.length, 2);
  });

  test('a revoke ends all earlier approvals: an older one does not come back', async () => {
    await using scene = await stage(two);
    const pull = await scene.open();
    const id = idOf(scene.del('7'));
    scene.sandbox.act.comment('alice', pull, `/approve ${id}`);
    await scene.settle();
    scene.sandbox.act.comment('alice', pull, `/revoke ${id}`);
    await scene.settle();
    scene.sandbox.act.comment('bob', pull, `/approve ${id}`);
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
    assert.equal(scene.sandbox.read.runs(repository)[0]?.attempts.length, 1);
  });
});
