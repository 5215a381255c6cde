import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { heldOnce, idOf, policyFor, policyPath, repository, type Stage, stage } from './help/stage.ts';

const release = { branch: 'release', from: 'main' };

async function approved(scene: Stage) {
  const pull = await scene.open();
  scene.sandbox.act.comment('alice', pull, `/approve ${idOf(scene.del('7'))}`);
  await scene.settle();
  assert.equal(scene.gate(pull)?.conclusion, 'success');
  return pull;
}

suite('a pull request that is given another base', () => {
  test('speaks by the gate of that base, and the one before is green no more until it comes back', async () => {
    await using scene = await stage({ suite: heldOnce });
    const { act, violations } = scene.sandbox;
    await act.push(repository, 'alice', { ...release, files: {} });
    const pull = await approved(scene);
    await act.editPull('wanda', pull, { base: 'release' });
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    assert.match(scene.gate(pull)?.summary ?? '', /another base branch now/);
    // the same policy: what was reported and approved under it still is
    assert.equal(scene.gate(pull, 'release')?.conclusion, 'success');
    await act.editPull('wanda', pull, { base: 'main' });
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'success');
    assert.equal(scene.gate(pull, 'release')?.conclusion, 'failure');
    assert.deepEqual(violations, []);
  });

  test('with another policy: running again does not help, as a run keeps its base, and that is said', async () => {
    await using scene = await stage({ suite: heldOnce });
    const { act, read, violations } = scene.sandbox;
    const stricter = `${policyFor(scene.appId)}  - id: drops\n    on: { sql: { operation: drop } }\n    deny: { reason: Never }\n`;
    await act.push(repository, 'alice', { ...release, files: { [policyPath]: stricter } });
    const pull = await approved(scene);
    await act.editPull('wanda', pull, { base: 'release' });
    await scene.settle();
    assert.match(
      scene.gate(pull, 'release')?.summary ?? '',
      /another policy than release has now; push, or close and reopen/,
    );
    act.rerun('wanda', read.runs(repository)[0]?.id ?? 0);
    await scene.settle();
    assert.match(
      scene.gate(pull, 'release')?.summary ?? '',
      /says base branch "main", but GitHub says "release"; push, or close and reopen/,
    );
    assert.equal(scene.gate(pull, 'release')?.conclusion, 'failure');
    assert.deepEqual(violations, []);
  });
});
