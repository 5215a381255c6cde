import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { until } from '../../src/sandbox/demo/until.ts';
import { heldOnce, idOf, repository, stage } from '../app/help/stage.ts';

/** S10: GitHub names no pull request in a fork's runs and checks, and the fork's author writes the report. */
suite('a pull request from a fork', () => {
  test('is found by its head, held, approved and run again like any other', async () => {
    await using scene = await stage({
      suite: heldOnce,
      // the App has looked at the pull request by then: that the run has ended is told by the run alone
      async during() {
        await until('the App has looked', async () => {
          const facts = await scene.ledger.facts({ repository, number: 1 });
          return facts.some(({ type }) => type === 'look');
        });
        await scene.app.idle();
      },
    });
    scene.sandbox.create.collaborator(repository, 'mallory', 'read');
    await scene.sandbox.create.fork(repository, 'mallory');
    await scene.sandbox.act.push('mallory/shop', 'mallory', {
      branch: 'feature',
      from: 'main',
      files: { 'a.ts': 'a' },
    });
    const pull = await scene.sandbox.act.openPull(repository, 'mallory', {
      head: 'mallory:feature',
      title: 'From a fork',
    });
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
    const own = scene.sandbox.act.comment('mallory', pull, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    assert.equal(own.reactions[0]?.content, 'confused');
    scene.sandbox.act.comment('alice', pull, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'success');
    assert.equal(scene.sandbox.read.runs(repository)[0]?.attempts.length, 2);
    assert.deepEqual(scene.sandbox.violations, []);
  });
});
