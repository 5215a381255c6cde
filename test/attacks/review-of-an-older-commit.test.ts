import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idOf, repository, stage } from '../app/help/stage.ts';

/** S1, S4: what was reviewed is not what would run; a review that says something else later. */
test('a review counts for the commit that was reviewed, once, and only as it was submitted', async () => {
  await using scene = await stage();
  const { sandbox } = scene;
  const pull = await scene.open();
  const reviewed = pull.head.sha;
  const body = `/approve ${idOf(scene.del('7'))}`;
  const last = () => scene.ours(pull).at(-1)?.body ?? '';

  // pushed to while alice reads: her page still shows the older commit
  await sandbox.act.push(repository, 'wanda', { branch: 'feature', files: { 'src/a.ts': 'other' } });
  await scene.settle();
  sandbox.act.review('alice', pull, { body, commit: reviewed });
  await scene.settle();
  assert.equal(scene.gate(pull)?.conclusion, 'action_required');
  assert.match(
    last(),
    /^@alice, about your \[review\].*what you saw was .* and the head is .* now; look again/,
  );

  // edited between its delivery and the decision
  const edited = sandbox.act.review('bob', pull, { body: 'Thanks!\n' });
  edited.body = body;
  await scene.settle();
  const meant = sandbox.act.review('bob', pull, { body: `/deny ${idOf(scene.del('7'))}` });
  meant.body = body;
  await scene.settle();
  assert.equal(scene.gate(pull)?.conclusion, 'action_required');
  assert.match(last(), /the review was edited, and edited reviews never count/);

  sandbox.act.review('alice', pull, { body, event: 'APPROVE' });
  await scene.settle();
  const votes = (await scene.ledger.facts({ repository, number: pull.number })).filter(
    (fact) => fact.type === 'vote',
  );
  assert.deepEqual(
    votes.map(({ by, channel, head }) => [by, channel, head]),
    [['alice', 'review', pull.head.sha]],
  );
  assert.match(last(), /^@alice, about your \[review\].*: it is recorded\./);
  assert.deepEqual(sandbox.violations, []);
});
