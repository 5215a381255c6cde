import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { flaggedOf } from '../app/help/report.ts';
import { idOf, repository, stage } from '../app/help/stage.ts';

/** S1: what somebody approved is what they saw, on the head on which they saw it. */
suite('a button that was shown for something else', () => {
  test('Approve on an earlier head is refused after a push', async () => {
    await using scene = await stage();
    const pull = await scene.open();
    const id = idOf(scene.del('7'));
    const old = scene.check(pull, `JIT approval / ${id}`);
    assert.ok(old);
    scene.sandbox.webhooks.cut();
    scene.sandbox.act.clickButton('alice', old.id, `approve:${id}`);
    await scene.sandbox.act.push(repository, 'wanda', { branch: 'feature', files: { 'b.ts': 'b' } });
    await scene.settle();
    scene.sandbox.webhooks.restore();
    await scene.app.sweep();
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
    assert.match(scene.ours(pull).at(-1)?.body ?? '', /^@alice.*look again/s);
  });

  test('Approve that was clicked before a deny and arrives after that was taken back is refused', async () => {
    await using scene = await stage();
    const pull = await scene.open();
    const id = idOf(scene.del('7'));
    const shown = scene.check(pull, `JIT approval / ${id}`);
    assert.ok(shown);
    scene.sandbox.webhooks.cut();
    scene.sandbox.act.clickButton('alice', shown.id, `approve:${id}`);
    await scene.settle();
    scene.sandbox.webhooks.restore();
    for (const command of [`/deny ${id}`, `/revoke ${id}`]) {
      scene.sandbox.act.comment('bob', pull, command);
      await scene.settle();
    }
    await scene.app.sweep();
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
    assert.match(scene.ours(pull).at(-1)?.body ?? '', /was denied or revoked since that button was shown/);
    // the button that is shown now says that it knows
    const button = scene.check(pull, `JIT approval / ${id}`)?.actions[0]?.identifier ?? '';
    assert.equal(button, `approve:${id}.2`);
    scene.sandbox.act.clickButton('alice', shown.id, button);
    await scene.settle();
    assert.equal(scene.sandbox.read.runs(repository)[0]?.attempts.length, 2);
  });

  test('buttons are gone from the check runs of an earlier head', async () => {
    await using scene = await stage();
    const pull = await scene.open();
    const before = pull.head.sha;
    await scene.sandbox.act.push(repository, 'wanda', { branch: 'feature', files: { 'b.ts': 'b' } });
    await scene.settle();
    const old = scene.sandbox.read
      .checks(repository, before)
      .filter(({ suite }) => suite.app.id === scene.appId);
    assert.ok(old.length >= 2);
    assert.deepEqual(
      old.flatMap(({ actions }) => actions),
      [],
    );
  });

  test('Approve all covers what was shown, not what was held since', async () => {
    await using scene = await stage({
      suite:
        ({ del }) =>
        ({ attempt }) =>
          (attempt === 1 ? ['1'] : ['1', '666']).map((user) => flaggedOf(del(user))),
    });
    const pull = await scene.open();
    const gate = scene.gate(pull);
    const all = gate?.actions.find(({ identifier }) => identifier.startsWith('approve-all:'));
    assert.ok(gate && all);
    const [run] = scene.sandbox.read.runs(repository);
    assert.ok(run);
    scene.sandbox.act.rerun('wanda', run.id);
    await scene.settle();
    const set = all.identifier.slice('approve-all:'.length);
    const comment = scene.sandbox.act.comment('alice', pull, `/approve all ${set}`);
    await scene.settle();
    assert.equal(comment.reactions[0]?.content, 'confused');
    assert.match(scene.ours(pull).at(-1)?.body ?? '', /not what waits on this head any more/);
    assert.doesNotMatch(scene.gate(pull)?.text ?? '', /"by":\["alice"\]/);
  });

  test('a force-push back to an approved head finds no green that a denial has ended', async () => {
    await using scene = await stage({
      suite:
        ({ del }) =>
        ({ attempt }) => [attempt === 1 ? flaggedOf(del('7')) : flaggedOf(del('7'), grantedBy(del('7')))],
    });
    const grantedBy = (form: ReturnType<typeof scene.del>) => ({
      outcome: 'granted' as const,
      grant: flaggedOf(form).fingerprint,
    });
    const pull = await scene.open();
    const id = idOf(scene.del('7'));
    scene.sandbox.act.comment('alice', pull, `/approve ${id}`);
    await scene.settle();
    const green = pull.head.sha;
    assert.equal(scene.gate(pull)?.conclusion, 'success');
    await scene.sandbox.act.push(repository, 'wanda', { branch: 'feature', files: { 'b.ts': 'b' } });
    await scene.settle();
    scene.sandbox.act.comment('bob', pull, `/deny ${id}`);
    await scene.settle();
    const gate = scene.sandbox.read
      .checks(repository, green)
      .find(({ name, suite }) => name === 'JIT approval: main' && suite.app.id === scene.appId);
    assert.equal(gate?.conclusion, 'failure');
    assert.match(gate?.text ?? '', /"grants":\[\]/);
    assert.deepEqual(scene.sandbox.violations, []);
  });
});
