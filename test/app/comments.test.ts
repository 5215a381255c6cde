import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { memoryLedger } from '../../src/ledger/memory.ts';
import type { Ledger } from '../../src/ledger/port.ts';
import { until } from '../../src/sandbox/demo/until.ts';
import { flaggedOf } from './help/report.ts';
import { heldOnce, idOf, repository, type Stage, stage } from './help/stage.ts';

/** Each push meets one more DELETE. */
async function growing(): Promise<Stage> {
  let users = ['7'];
  const scene = await stage({
    suite:
      ({ del }) =>
      () =>
        users.map((user) => flaggedOf(del(user))),
  });
  const { push } = scene.sandbox.act;
  scene.sandbox.act.push = async (name, by, request) => {
    if (request.message === 'one more') users = [...users, String(users.length + 7)];
    return push(name, by, request);
  };
  return scene;
}

suite('the comment on the pull request', () => {
  test('a push that shows the same rewrites it; one that brings something new to decide brings a new one', async () => {
    await using scene = await growing();
    const pull = await scene.open();
    const comments = () => scene.ours(pull).map(({ id, minimized }) => ({ id, minimized }));
    const [first] = comments();
    assert.ok(first);
    const next = async (message: string) => {
      const files = { 'b.ts': crypto.randomUUID() };
      await scene.sandbox.act.push(repository, 'wanda', { branch: 'feature', message, files });
      await scene.settle();
    };
    await next('the same');
    assert.deepEqual(comments(), [first]);
    await next('one more');
    const [old, fresh, ...others] = comments();
    assert.deepEqual(old, { id: first.id, minimized: 'OUTDATED' });
    assert.equal(fresh?.minimized, null);
    assert.deepEqual(others, []);
    await scene.app.sweep();
    await scene.settle();
    assert.equal(comments().length, 2);
    assert.deepEqual(scene.sandbox.violations, []);
  });

  test('a ledger that was lost finds it again, and a person who copies its text is not taken for it', async () => {
    await using scene = await growing();
    const pull = await scene.open();
    const [ours] = scene.ours(pull);
    assert.ok(ours);
    const copy = scene.sandbox.act.comment('rita', pull, ours.body);
    await scene.restart(memoryLedger());
    await scene.app.sweep();
    await scene.settle();
    assert.deepEqual(
      scene.ours(pull).map(({ id }) => id),
      [ours.id],
    );
    assert.equal(copy.minimized, null);
  });

  test('is one, and up to date, however often the App dies when it is about to note what it wrote', async () => {
    const ledger = memoryLedger();
    const count = { died: 0, noted: 0 };
    const dying: Ledger = {
      ...ledger,
      async record(key, facts, delivery, installation) {
        const noting = facts.some((fact) => fact.type === 'notice' && fact.commentId !== null);
        if (noting && count.died < 3) {
          count.died++;
          throw new Error('the App is killed');
        }
        if (noting) count.noted++;
        return ledger.record(key, facts, delivery, installation);
      },
    };
    await using scene = await stage({ ledger: dying, config: { retryMs: 1, pollMs: 10 }, suite: heldOnce });
    const { act } = scene.sandbox;
    await act.push(repository, 'wanda', { branch: 'feature', from: 'main', files: { 'a.ts': 'a' } });
    const pull = await act.openPull(repository, 'wanda', { head: 'feature', title: 'Change' });
    await until('its first comment is written, and not noted', () => count.died === 1);
    act.comment('alice', pull, `/deny ${idOf(scene.del('7'))}`);
    await until('it has died twice more and gone on', () => count.died === 3 && count.noted > 0);
    await scene.settle();
    assert.deepEqual(
      scene.ours(pull).map(({ minimized }) => minimized),
      [null],
    );
  });
});
