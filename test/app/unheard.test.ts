import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { idOf, policyFor, repository, stage } from './help/stage.ts';

const hour = 3600_000;

suite('what no webhook tells', () => {
  test('that the time for an action runs out: who can decide is reminded, once', async () => {
    let now = Date.now();
    await using scene = await stage({
      now: () => now,
      policy: (appId) =>
        policyFor(appId).replace(
          'from: { role: maintain }',
          'from: { users: [alice, bob] }, expires: 24h, remind: 2h',
        ),
    });
    const pull = await scene.open();
    const reminders = () => scene.ours(pull).filter(({ body }) => /time for it is running out/.test(body));
    const look = async () => {
      await scene.app.sweep();
      await scene.settle();
    };
    now += 21 * hour;
    await look();
    assert.equal(reminders().length, 0);
    now += 2 * hour;
    await look();
    await look();
    assert.equal(reminders().length, 1);
    assert.match(reminders()[0]?.body ?? '', /^@alice @bob: /);
    assert.ok(reminders()[0]?.body.includes(`\`${idOf(scene.del('7'))}\``));
    assert.deepEqual(scene.sandbox.violations, []);
  });

  test('a push: the sweep finds it, and says that nobody knows who pushed', async () => {
    await using scene = await stage();
    const { act, create, webhooks } = scene.sandbox;
    const pull = await scene.open();
    // not even a failed delivery is left of it
    create.webhook(scene.appId, null);
    await act.push(repository, 'bob', { branch: 'feature', files: { 'src/b.ts': 'b' } });
    await scene.sandbox.idle();
    const { webhookUrl: url } = scene.app;
    create.webhook(scene.appId, { url, secret: scene.config.webhookSecret });
    const delivered = webhooks.deliveries.filter(({ event }) => event === 'pull_request').length;
    assert.equal(scene.gate(pull), undefined);

    await scene.app.sweep();
    await scene.settle();
    assert.equal(webhooks.deliveries.filter(({ event }) => event === 'pull_request').length, delivered);
    assert.match(scene.gate(pull)?.summary ?? '', /Who pushed \S+ is not known/);

    // a commit that names bob proves nothing, so his approval counts, and everybody is told
    act.comment('bob', pull, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    const state = await scene.ledger.facts({ repository, number: pull.number });
    assert.equal(state.filter(({ type }) => type === 'vote').length, 1);
    assert.match(scene.gate(pull)?.summary ?? '', /name bob, whose approval counts/);
    assert.deepEqual(scene.sandbox.violations, []);
  });
});
