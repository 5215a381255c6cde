import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { heldOnce, idOf, repository, stage } from './help/stage.ts';

suite('the life of a pull request', () => {
  test('closing ends its holds, buttons and all; reopening brings them back', async () => {
    await using scene = await stage({ suite: heldOnce });
    const pull = await scene.open();
    const name = `JIT approval / ${idOf(scene.del('7'))}`;
    await scene.sandbox.act.closePull('wanda', pull);
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    assert.match(scene.gate(pull)?.summary ?? '', /The pull request is closed/);
    assert.deepEqual([scene.gate(pull)?.actions, scene.check(pull, name)?.actions], [[], []]);
    assert.match(scene.ours(pull)[0]?.body ?? '', /The pull request is closed/);

    scene.sandbox.act.comment('alice', pull, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    assert.match(scene.ours(pull).at(-1)?.body ?? '', /the pull request is closed/);
    assert.equal(scene.sandbox.read.runs(repository)[0]?.attempts.length, 1);

    await scene.sandbox.act.reopenPull('wanda', pull);
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
    assert.equal(scene.check(pull, name)?.actions.length, 2);
    assert.deepEqual(scene.sandbox.violations, []);
  });

  test('two pull requests on one commit: one gate is green only when both are', async () => {
    await using scene = await stage({ suite: heldOnce });
    const first = await scene.open();
    await scene.sandbox.act.push(repository, 'wanda', { branch: 'twin', from: 'feature', files: {} });
    const second = await scene.sandbox.act.openPull(repository, 'wanda', { head: 'twin', title: 'Twin' });
    await scene.settle();
    assert.equal(second.head.sha, first.head.sha);
    // the newest of the name on the commit is the one that a branch protection looks at
    assert.equal(scene.gate(first)?.conclusion, 'action_required');

    scene.sandbox.act.comment('alice', first, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    // its own action ran; the other's still waits, and one check speaks for the commit
    assert.equal(scene.gate(first)?.conclusion, 'action_required');
    assert.match(scene.ours(first).at(-1)?.body ?? '', /Pull request 2 has the same head and base/);
    scene.sandbox.act.comment('alice', second, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    assert.equal(scene.gate(first)?.conclusion, 'success');

    await scene.app.sweep();
    await scene.settle();
    assert.equal(scene.gate(first)?.conclusion, 'success');
    assert.deepEqual(scene.sandbox.violations, []);
  });
});
