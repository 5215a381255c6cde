import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { heldOnce, idOf, policyFor, repository, stage } from './help/stage.ts';

const hour = 3600_000;

suite('a draft pull request', () => {
  test('is held, decided and run again as any other; being ready decides nothing', async () => {
    await using scene = await stage({ suite: heldOnce });
    const { act, read, violations } = scene.sandbox;
    const pull = await scene.open({ draft: true });
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
    assert.equal(scene.ours(pull).length, 1);
    const body = scene.ours(pull)[0]?.body;
    await act.readyForReview('wanda', pull);
    await scene.settle();
    assert.equal(scene.ours(pull)[0]?.body, body);
    assert.equal(read.runs(repository)[0]?.attempts.length, 1);
    await act.convertToDraft('wanda', pull);
    act.comment('alice', pull, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    assert.equal(read.runs(repository)[0]?.attempts.length, 2);
    assert.equal(scene.gate(pull)?.conclusion, 'success');
    // the gate is green, and GitHub itself keeps a draft from being merged
    await assert.rejects(act.mergePull('alice', pull), /still a draft/);
    assert.deepEqual(violations, []);
  });

  test('reminds nobody; once it is ready, those whose time runs out are reminded', async () => {
    let now = Date.now();
    await using scene = await stage({
      now: () => now,
      policy: (appId) =>
        policyFor(appId).replace(
          'from: { role: maintain }',
          'from: { users: [alice] }, expires: 24h, remind: 2h',
        ),
    });
    const { act, violations } = scene.sandbox;
    const pull = await scene.open({ draft: true });
    const reminders = () =>
      scene.ours(pull).filter(({ body }) => /time for it is running out/.test(body)).length;
    now += 23 * hour;
    await scene.app.sweep();
    await scene.settle();
    assert.equal(reminders(), 0);
    await act.readyForReview('wanda', pull);
    await scene.settle();
    assert.equal(reminders(), 1);
    assert.deepEqual(violations, []);
  });

  test('that became ready while nothing was heard is found by the sweep', async () => {
    await using scene = await stage();
    const { act, webhooks } = scene.sandbox;
    const pull = await scene.open({ draft: true });
    const draft = async () =>
      (await scene.ledger.facts({ repository, number: pull.number })).findLast(({ type }) => type === 'pull');
    assert.ok('draft' in ((await draft()) ?? {}));
    webhooks.cut();
    await act.readyForReview('wanda', pull);
    await scene.sandbox.idle();
    await scene.app.sweep();
    await scene.settle();
    assert.ok(!('draft' in ((await draft()) ?? {})));
  });
});
