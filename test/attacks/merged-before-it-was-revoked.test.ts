import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Ballot, castVote } from '../../src/approval/cast-vote.ts';
import { idOf, stage } from '../app/help/stage.ts';
import { bindsOf, deleteSeven, instant, person, reported, start, story } from '../approval/story.ts';

/** S17: merged in haste, so that an approval which the push inherits cannot be taken back. */
suite('approvals of a pull request that was merged', () => {
  const merged = () =>
    story()
      .pull()
      .ran([reported(deleteSeven)])
      .approve(deleteSeven)
      .pull({ state: 'closed', merged: true });

  function cast(told: ReturnType<typeof merged>, vote: Ballot['vote']) {
    const state = told.state();
    const [hold] = state.holds;
    assert.ok(hold !== undefined);
    const way = { channel: 'comment', source: 'comment:9', shownHead: null, needsWhole: false } as const;
    return castVote(state, hold, {
      ...way,
      vote,
      varying: [],
      person: person('dana'),
      reason: null,
      at: instant(start),
    });
  }

  for (const vote of ['deny', 'revoke'] as const) {
    test(`end with a ${vote}: the push that inherited them finds them no more`, () => {
      const told = merged();
      assert.equal(bindsOf(told.state()).length, 1);
      const come = cast(told, vote);
      assert.equal(come.kind, 'vote');
      if (come.kind === 'vote') told.tell(come.fact);
      assert.deepEqual(bindsOf(told.state()), []);
    });
  }

  test('are taken out of the check where the push would find them', async () => {
    await using scene = await stage();
    const pull = await scene.open();
    const id = idOf(scene.del('7'));
    scene.sandbox.act.comment('alice', pull, `/approve ${id}`);
    await scene.settle();
    await scene.sandbox.act.mergePull('alice', pull);
    await scene.settle();
    const granted = () => /"binds":/.test(scene.gate(pull)?.text ?? '');
    assert.ok(granted());
    scene.sandbox.act.comment('bob', pull, `/revoke ${id}`);
    await scene.settle();
    assert.ok(!granted());
  });

  test('grow by nothing, and of one that was only closed nothing stands', () => {
    assert.equal(cast(merged(), 'approve').kind, 'refused');
    const closed = merged().pull({ state: 'closed' });
    assert.deepEqual(bindsOf(closed.state()), []);
    assert.equal(cast(closed, 'revoke').kind, 'refused');
  });
});
