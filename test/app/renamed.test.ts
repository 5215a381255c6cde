import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { flaggedOf } from './help/report.ts';
import { granted, idOf, repository, type Stage, type StageOptions, stage } from './help/stage.ts';

/** Held until the third attempt; from the second on another action is held too. */
const twice: StageOptions['suite'] =
  ({ del }) =>
  ({ attempt }) =>
    attempt === 1
      ? [flaggedOf(del('7'))]
      : [granted(del('7')), ...(attempt === 2 ? [flaggedOf(del('8'))] : [granted(del('8'))])];

const ids = async ({ ledger }: Stage, of: string) =>
  (await ledger.facts({ repository: of, number: 1 })).flatMap((fact) =>
    fact.type === 'id' ? [fact.id] : [],
  );

suite('a repository that gets another name while actions wait', () => {
  test('keeps its holds, ids and grants, and its gate goes on in the same comment and checks', async () => {
    await using scene = await stage({ suite: twice });
    const { act, read, violations } = scene.sandbox;
    const pull = await scene.open();
    const [seven, eight] = [idOf(scene.del('7')), idOf(scene.del('8'))];
    act.comment('alice', pull, `/approve ${seven}`);
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
    const [before, comments] = [scene.gate(pull)?.id, scene.ours(pull).length];

    act.renameRepository('olga', repository, 'store');
    await scene.settle();
    const open = (await scene.ledger.open()).map(({ key }) => key);
    assert.deepEqual(open, [{ repository: 'acme/store', number: 1 }]);
    assert.deepEqual(await ids(scene, 'acme/store'), [seven, eight]);
    assert.deepEqual([scene.gate(pull)?.id, scene.gate(pull)?.conclusion], [before, 'action_required']);
    assert.equal(scene.ours(pull).length, comments);

    // by the button of the check that was made under the old name
    const check = scene.check(pull, `JIT approval / ${eight}`);
    const button = check?.actions.find(({ label }) => label === 'Approve');
    assert.ok(check !== undefined && button !== undefined);
    act.clickButton('bob', check.id, button.identifier);
    await scene.settle();
    assert.equal(read.runs('acme/store')[0]?.attempts.length, 3);
    assert.equal(scene.gate(pull)?.conclusion, 'success');
    assert.equal(scene.ours(pull).length, comments);
    assert.deepEqual(violations, []);
  });

  test('of which nothing was heard: the sweep asks by the old name, and finds where it is', async () => {
    await using scene = await stage();
    const { act, webhooks, violations } = scene.sandbox;
    const pull = await scene.open();
    act.comment('alice', pull, `/deny ${idOf(scene.del('7'))} -- not now`);
    await scene.settle();
    webhooks.cut();
    act.renameRepository('olga', repository, 'store');
    await scene.sandbox.idle();
    webhooks.restore();
    await scene.app.sweep();
    await scene.settle();
    const votes = (await scene.ledger.facts({ repository: 'acme/store', number: 1 })).flatMap((fact) =>
      fact.type === 'vote' ? [fact.vote] : [],
    );
    assert.deepEqual(votes, ['deny']);
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    assert.deepEqual(violations, []);
  });

  test('a pull request that was closed at the time has its denial when it is opened again', async () => {
    await using scene = await stage();
    const { act } = scene.sandbox;
    const pull = await scene.open();
    act.comment('alice', pull, `/deny ${idOf(scene.del('7'))}`);
    await scene.settle();
    await act.closePull('wanda', pull);
    await scene.settle();
    act.renameRepository('olga', repository, 'store');
    await scene.settle();
    await act.reopenPull('wanda', pull);
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    assert.match(scene.gate(pull)?.title ?? '', /denied/i);
    assert.deepEqual(scene.sandbox.violations, []);
  });

  test('transferred to an owner where the App is too, its approvals come along; where it is not, nothing is tried for ever', async () => {
    await using scene = await stage({ suite: twice });
    const { act, create, read } = scene.sandbox;
    const pull = await scene.open();
    act.comment('alice', pull, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    create.organization('beta', { olga: 'admin' });
    act.transferRepository('olga', repository, 'beta');
    await scene.settle();
    await scene.app.sweep();
    await scene.settle();

    act.transferRepository('olga', 'beta/shop', 'acme');
    await scene.settle();
    const there = create.installation(scene.appId, 'beta');
    act.transferRepository('olga', 'acme/shop', 'beta');
    await scene.settle();
    assert.deepEqual(await scene.ledger.open(), [
      { key: { repository: 'beta/shop', number: 1 }, installation: there },
    ]);
    act.comment('bob', pull, `/approve ${idOf(scene.del('8'))}`);
    await scene.settle();
    assert.equal(read.runs('beta/shop')[0]?.attempts.length, 3);
    assert.equal(scene.gate(pull)?.conclusion, 'success');
    assert.deepEqual(scene.sandbox.violations, []);
  });

  test('another repository that takes the old name inherits nothing of it', async () => {
    await using scene = await stage();
    const { act, create } = scene.sandbox;
    const pull = await scene.open();
    act.comment('alice', pull, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    act.renameRepository('olga', repository, 'store');
    await scene.settle();
    await create.repository(repository, { collaborators: { wanda: 'write' } });
    await act.push(repository, 'wanda', { branch: 'feature', files: { a: 'a' } });
    await act.openPull(repository, 'wanda', { head: 'feature', title: 'Other' });
    await scene.settle();
    const facts = await scene.ledger.facts({ repository, number: 1 });
    const types = facts
      .slice(facts.findLastIndex(({ type }) => type === 'moved') + 1)
      .map(({ type }) => type);
    assert.ok(!types.includes('vote') && !types.includes('report'), types.join());
    assert.deepEqual(scene.sandbox.violations, []);
  });
});
