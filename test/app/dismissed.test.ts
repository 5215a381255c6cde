import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { heldOnce, idOf, policyFor, repository, type Stage, stage } from './help/stage.ts';

const twoOf = (appId: number) => policyFor(appId).replace('count: 1', 'count: 2');
const votes = async ({ ledger }: Stage) =>
  (await ledger.facts({ repository, number: 1 })).flatMap((fact) =>
    fact.type === 'vote' ? [`${fact.vote} ${fact.by}`] : [],
  );

suite('a review that was dismissed', () => {
  test('approves nothing any more, nor does what its author approved before; other people’s approvals stay', async () => {
    await using scene = await stage({ policy: twoOf });
    const { act, read, violations } = scene.sandbox;
    const pull = await scene.open();
    const id = idOf(scene.del('7'));
    act.comment('bob', pull, `/approve ${id}`);
    await scene.settle();
    const review = act.review('bob', pull, { body: `/approve ${id}`, event: 'APPROVE' });
    await scene.settle();
    act.dismissReview('wanda', pull, review);
    await scene.settle();
    // alice alone is not two: bob's earlier comment has not come back
    act.comment('alice', pull, `/approve ${id}`);
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
    assert.match(scene.check(pull, `JIT approval / ${id}`)?.summary ?? '', /bob was dismissed/);
    assert.equal(read.runs(repository)[0]?.attempts.length, 1);
    act.review('bob', pull, { body: `/approve ${id}`, event: 'APPROVE' });
    await scene.settle();
    assert.equal(read.runs(repository)[0]?.attempts.length, 2);
    assert.deepEqual(violations, []);
  });

  test('is found although nothing was heard of it; what ran by it is shown as done', async () => {
    await using scene = await stage({ suite: heldOnce });
    const { act, webhooks, violations } = scene.sandbox;
    const pull = await scene.open();
    const review = act.review('alice', pull, { body: `/approve ${idOf(scene.del('7'))}`, event: 'APPROVE' });
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'success');
    webhooks.cut();
    act.dismissReview('bob', pull, review);
    await scene.sandbox.idle();
    webhooks.restore();
    await scene.app.sweep();
    await scene.settle();
    assert.deepEqual(await votes(scene), ['approve alice', 'revoke alice']);
    assert.notEqual(scene.gate(pull)?.conclusion, 'success');
    assert.deepEqual(violations, []);
  });

  test('that denied something goes on denying it: a denial is lifted by those who may, in words', async () => {
    await using scene = await stage();
    const { act, violations } = scene.sandbox;
    const pull = await scene.open();
    const body = `/deny ${idOf(scene.del('7'))}`;
    const review = act.review('alice', pull, { body, event: 'REQUEST_CHANGES' });
    await scene.settle();
    act.dismissReview('wanda', pull, review);
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    assert.deepEqual(await votes(scene), ['deny alice']);
    assert.deepEqual(violations, []);
  });
});
