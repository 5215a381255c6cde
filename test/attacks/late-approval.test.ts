import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { idOf, repository, type Stage, stage } from '../app/help/stage.ts';
import { deleteSeven, reported, statusOf, story } from '../approval/story.ts';

// S17: what was written before a deny or a revoke must not count because its webhook came after it

const second = (count: number) => `2026-01-01T00:00:${String(count).padStart(2, '0')}Z`;
const comment = (id: number, at: number) =>
  ({ channel: 'comment', source: `comment:${id}`, written: second(at) }) as const;
const review = (id: number, at: number) =>
  ({ channel: 'review', source: `review:${id}`, written: second(at) }) as const;
const denied = () =>
  story()
    .pull()
    .ran([reported(deleteSeven)])
    .vote('deny', deleteSeven, 'dana');

suite('an approval that arrives after it was taken back', () => {
  test('by comment, after a revoke by review: whatever GitHub wrote down first came first', () => {
    const told = denied().vote('revoke', deleteSeven, 'dana', review(5, 30));
    assert.equal(statusOf(told.state(), deleteSeven), 'held');
    told.approve(deleteSeven, 'maria', comment(900, 29));
    assert.equal(statusOf(told.state(), deleteSeven), 'held');
    told.approve(deleteSeven, 'maria', comment(901, 31));
    assert.equal(statusOf(told.state(), deleteSeven), 'approved');
  });

  test('in the second of the revoke: nobody knows, so the revoke wins', () => {
    const told = denied().vote('revoke', deleteSeven, 'dana', comment(5, 30));
    told.approve(deleteSeven, 'maria', review(6, 30));
    assert.equal(statusOf(told.state(), deleteSeven), 'held');
  });

  test('a revoke that arrives before an approval of which it was written after kills it too', () => {
    const told = story()
      .pull()
      .ran([reported(deleteSeven)])
      .vote('revoke', deleteSeven, 'dana', review(5, 30))
      .approve(deleteSeven, 'maria', comment(4, 10));
    assert.notEqual(statusOf(told.state(), deleteSeven), 'approved');
  });
});

suite('a comment whose webhook was lost', () => {
  async function late(scene: Stage) {
    const { act, create } = scene.sandbox;
    const pull = await scene.open();
    const id = idOf(scene.del('7'));
    // from now on nothing arrives, though GitHub keeps it
    create.webhook(scene.appId, { url: 'http://127.0.0.1:9/', secret: scene.config.webhookSecret });
    const typed = act.comment('alice', pull, `/approve ${id}`);
    await scene.sandbox.idle();
    scene.sandbox.advance(2000);
    create.webhook(scene.appId, { url: scene.app.webhookUrl, secret: scene.config.webhookSecret });
    return { pull, id, typed };
  }

  test('approves nothing that was denied by button and set free by a review meanwhile, and that is said', async () => {
    await using scene = await stage();
    const { act, read, violations } = scene.sandbox;
    const { pull, id, typed } = await late(scene);
    const check = scene.check(pull, `JIT approval / ${id}`);
    act.clickButton('bob', check?.id ?? 0, check?.actions[1]?.identifier ?? '');
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    act.review('bob', pull, { body: `/revoke ${id}` });
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');

    await scene.app.sweep();
    await scene.settle();
    assert.equal(typed.reactions[0]?.content, 'confused');
    assert.match(
      scene.ours(pull).at(-1)?.body ?? '',
      /revoked by bob, perhaps after you wrote this; look again/,
    );
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
    assert.equal(read.runs(repository)[0]?.attempts.length, 1);

    scene.sandbox.advance(2000);
    act.comment('alice', pull, `/approve ${id}`);
    await scene.settle();
    assert.equal(read.runs(repository)[0]?.attempts.length, 2);
    assert.deepEqual(violations, []);
  });

  test('counts where nobody decided anything since', async () => {
    await using scene = await stage();
    const { typed } = await late(scene);
    await scene.app.sweep();
    await scene.settle();
    assert.equal(typed.reactions[0]?.content, '+1');
  });
});
