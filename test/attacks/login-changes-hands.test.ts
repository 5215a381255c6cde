import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idOf, repository, stage } from '../app/help/stage.ts';

/** S6, S7: a login is no person. */
test('a command stays with who gave it when the login goes to somebody else', async () => {
  await using scene = await stage();
  const { create, act, webhooks } = scene.sandbox;
  const pull = await scene.open();
  const id = idOf(scene.del('7'));
  const undelivered = async (deed: () => void, change: () => void) => {
    webhooks.cut();
    deed();
    await scene.sandbox.idle();
    change();
    webhooks.restore();
    for (const delivery of [...webhooks.deliveries])
      if (delivery.statusCode === 0 && !delivery.redelivery) webhooks.redeliver(delivery.id);
    await scene.settle();
  };

  // rita writes, renames, and a maintainer comes to have her old login before the App asks
  await undelivered(
    () => act.comment('rita', pull, `/approve ${id}`),
    () => {
      create.rename('rita', 'rita-old');
      create.user('rita');
      create.collaborator(repository, 'rita', 'maintain');
    },
  );
  assert.equal(scene.gate(pull)?.conclusion, 'action_required');
  assert.match(scene.ours(pull).at(-1)?.body ?? '', /rita-old has role read/);

  // the author renames: still the author, and the new account of the old login is not
  create.collaborator(repository, 'wanda', 'maintain');
  create.rename('wanda', 'wendy');
  act.comment('wendy', pull, `/approve ${id}`);
  await scene.settle();
  assert.equal(scene.gate(pull)?.conclusion, 'action_required');
  assert.match(scene.ours(pull).at(-1)?.body ?? '', /wendy opened this pull request/);

  // alice votes and renames before she is asked about: it is her vote all the same
  await undelivered(
    () => act.comment('alice', pull, `/approve ${id}`),
    () => create.rename('alice', 'alicia'),
  );
  const votes = (await scene.ledger.facts({ repository, number: pull.number })).filter(
    (fact) => fact.type === 'vote',
  );
  assert.deepEqual(
    votes.map(({ by }) => by),
    ['alicia'],
  );
  assert.deepEqual(scene.sandbox.violations, []);
});
