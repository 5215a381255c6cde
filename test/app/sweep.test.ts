import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { repository, type Stage, stage } from './help/stage.ts';

/** From now on nothing that GitHub sends arrives. */
function deaf({ sandbox, appId, config }: Stage): void {
  sandbox.create.webhook(appId, { url: 'http://127.0.0.1:9/', secret: config.webhookSecret });
}

suite('the sweep', () => {
  test('finds that a pull request was closed while nothing was heard, and looks at it no more', async () => {
    await using scene = await stage();
    const pull = await scene.open();
    assert.equal((await scene.ledger.open()).length, 1);
    deaf(scene);
    await scene.sandbox.act.closePull('wanda', pull);
    await scene.sandbox.idle();
    assert.equal((await scene.ledger.open()).length, 1);
    await scene.app.sweep();
    await scene.settle();
    assert.deepEqual(await scene.ledger.open(), []);
  });

  test('finds a push of which nothing was heard', async () => {
    await using scene = await stage();
    const pull = await scene.open();
    deaf(scene);
    await scene.sandbox.act.push(repository, 'wanda', { branch: 'feature', files: { 'src/b.ts': 'b' } });
    await scene.sandbox.idle();
    await scene.app.sweep();
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
  });

  test('searches installations for what was never heard of, but not in every round', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    await using scene = await stage({ now: () => now, config: { discoverMs: 60_000 } });
    await scene.settle();
    deaf(scene);
    await scene.sandbox.act.push(repository, 'wanda', { branch: 'feature', from: 'main', files: { a: 'a' } });
    const pull = await scene.sandbox.act.openPull(repository, 'wanda', { head: 'feature', title: 'Change' });
    await scene.sandbox.idle();
    await scene.app.sweep();
    await scene.settle();
    assert.equal(scene.gate(pull), undefined);
    now += 60_000;
    await scene.app.sweep();
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
  });
});
