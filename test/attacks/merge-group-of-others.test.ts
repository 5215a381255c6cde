import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { checksOn, openOther, wordOn } from '../app/help/queue.ts';
import { heldOnce, idOf, repository, stage } from '../app/help/stage.ts';

/** A merge group brings several pull requests to the base: what one of them holds must not ride along with another. */
suite('a merge group', () => {
  test('with an open hold in one pull request is not green, whatever the one on top of it says', async () => {
    await using scene = await stage({ suite: heldOnce });
    const { act } = scene.sandbox;
    const [first, second] = [await scene.open(), await openOther(scene)];
    act.comment('alice', second, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    assert.equal(scene.gate(second)?.conclusion, 'success');
    await act.enqueue('wanda', first);
    const above = await act.enqueue('wanda', second);
    await scene.settle();
    assert.equal(wordOn(scene, above), 'action_required');
    // what was approved on one pull request is no approval on the other
    assert.equal(scene.gate(first)?.conclusion, 'action_required');
    assert.deepEqual(scene.sandbox.violations, []);
  });

  test('one of whose pull requests was closed is not green any more', async () => {
    await using scene = await stage({ suite: heldOnce });
    const { act } = scene.sandbox;
    const [first, second] = [await scene.open(), await openOther(scene)];
    for (const pull of [first, second]) act.comment('alice', pull, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    await act.enqueue('wanda', first);
    const above = await act.enqueue('wanda', second);
    await scene.settle();
    assert.equal(wordOn(scene, above), 'success');
    await act.closePull('wanda', first);
    await scene.settle();
    assert.notEqual(wordOn(scene, above), 'success');
  });

  test('that a webhook invents is asked of GitHub, and gets no gate', async () => {
    await using scene = await stage({ suite: heldOnce });
    const pull = await scene.open();
    scene.sandbox.act.comment('alice', pull, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    const tip = await scene.sandbox.act.push(repository, 'wanda', {
      branch: 'evil',
      from: 'main',
      files: { 'src/evil.ts': 'evil' },
    });
    await scene.settle();
    const [installation] = [...scene.sandbox.world.installations.values()];
    const body = JSON.stringify({
      action: 'checks_requested',
      merge_group: {
        head_sha: tip,
        head_ref: `refs/heads/gh-readonly-queue/main/pr-${pull.number}-${'a'.repeat(40)}`,
        base_ref: 'refs/heads/main',
      },
      repository: { full_name: repository },
      installation: { id: installation?.id },
    });
    const signature = createHmac('sha256', scene.config.webhookSecret).update(body).digest('hex');
    const answer = await fetch(scene.app.webhookUrl, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'merge_group',
        'x-github-delivery': randomUUID(),
        'x-hub-signature-256': `sha256=${signature}`,
      },
    });
    assert.equal(answer.status, 200);
    await scene.settle();
    assert.deepEqual(checksOn(scene, tip), []);
  });
});
