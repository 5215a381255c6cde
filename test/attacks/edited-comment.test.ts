import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { idOf, repository, stage } from '../app/help/stage.ts';

/** S4: the edited-comment time bomb. */
suite('a comment that was edited never counts', () => {
  test('a harmless comment that is edited into a command does nothing', async () => {
    await using scene = await stage();
    const pull = await scene.open();
    const comment = scene.sandbox.act.comment('alice', pull, 'Looks fine to me');
    await scene.settle();
    scene.sandbox.act.editComment('wanda', comment, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    await scene.app.sweep();
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
    assert.deepEqual(comment.reactions, []);
    assert.equal(scene.sandbox.read.runs(repository)[0]?.attempts.length, 1);
  });

  test('a command that is edited before it is carried out is refused, whatever it says now', async () => {
    await using scene = await stage();
    const pull = await scene.open();
    const id = idOf(scene.del('7'));
    scene.sandbox.webhooks.cut();
    const comment = scene.sandbox.act.comment('alice', pull, `/approve ${id}`);
    await scene.settle();
    scene.sandbox.act.editComment('wanda', comment, `/approve ${id} -- and thanks`);
    await scene.settle();
    scene.sandbox.webhooks.restore();
    await scene.app.sweep();
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
    assert.deepEqual(
      comment.reactions.map(({ content }) => content),
      ['confused'],
    );
    assert.match(scene.ours(pull).at(-1)?.body ?? '', /edited comments never count/);
  });

  test('a command that is deleted before it is carried out decides nothing, and the rest goes on', async () => {
    await using scene = await stage();
    const pull = await scene.open();
    scene.sandbox.webhooks.cut();
    const comment = scene.sandbox.act.comment('alice', pull, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    scene.sandbox.act.deleteComment('alice', comment);
    scene.sandbox.webhooks.restore();
    await scene.app.sweep();
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
    assert.deepEqual(await scene.ledger.dirty(), []);
    assert.match(scene.ours(pull).at(-1)?.body ?? '', /the comment is gone/);
  });
});
