import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fingerprint } from '../../src/approval/fingerprint.ts';
import { flaggedOf } from '../app/help/report.ts';
import { gitBlob, heldOnce, idOf, policyFor, policyPath, repository, stage } from '../app/help/stage.ts';

/** S9: a pull request cannot loosen what judges it. */
suite('the policy is never taken from the pull request', () => {
  const lax = (appId: number) =>
    policyFor(appId)
      .replace('role: maintain', 'role: triage')
      .replace('    hold:', '    identity: exact\n    hold:');

  test('a pull request that lets readers approve is judged by the base', async () => {
    await using scene = await stage();
    const pull = await scene.open({ files: { [policyPath]: lax(scene.appId) } });
    const comment = scene.sandbox.act.comment('rita', pull, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    assert.equal(comment.reactions[0]?.content, 'confused');
    assert.match(scene.ours(pull).at(-1)?.body ?? '', /asked for: one person with role maintain/);
  });

  test("a report made under the head's policy is not valid, and the gate says so", async () => {
    await using scene = await stage({
      report: (report) => ({
        ...report,
        policy: report.policy.map((source) => ({ ...source, blob: gitBlob(lax(4711)) })),
      }),
    });
    const pull = await scene.open({ files: { [policyPath]: lax(scene.appId) } });
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    assert.match(scene.gate(pull)?.summary ?? '', /another policy than main has now/);
  });

  test('a base that is laxer than the default branch asks for what both ask', async () => {
    await using scene = await stage({
      report: (report) => ({
        ...report,
        policy: report.policy.map((source) => ({ ...source, blob: gitBlob(lax(4711)) })),
      }),
    });
    await scene.sandbox.act.push(repository, 'alice', {
      branch: 'lax',
      from: 'main',
      files: { [policyPath]: lax(scene.appId) },
    });
    const pull = await scene.open({ base: 'lax' });
    // made under the lax policy alone
    assert.equal(scene.gate(pull, 'lax')?.conclusion, 'failure');
    assert.match(scene.gate(pull, 'lax')?.summary ?? '', /another policy/);
  });

  test('a changed rule makes approvals that were given under it stale', async () => {
    await using scene = await stage({ suite: heldOnce });
    const pull = await scene.open();
    scene.sandbox.act.comment('alice', pull, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'success');
    await scene.sandbox.act.push(repository, 'alice', {
      branch: 'main',
      files: { [policyPath]: policyFor(scene.appId).replace('Deletes rows', 'Destroys rows') },
    });
    await scene.app.sweep();
    await scene.settle();
    assert.notEqual(scene.gate(pull)?.conclusion, 'success');
    assert.match(scene.gate(pull)?.text ?? '', /"grants":\[\]/);
  });

  test('a policy that cannot be used closes the gate, with file, line and column', async () => {
    await using scene = await stage();
    const pull = await scene.open();
    await scene.sandbox.act.push(repository, 'alice', {
      branch: 'main',
      files: { [policyPath]: policyFor(scene.appId).replace('default: allow', 'defualt: allow') },
    });
    await scene.app.sweep();
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    assert.equal(scene.gate(pull)?.title, 'The policy cannot be used');
    assert.match(scene.gate(pull)?.summary ?? '', /yml:\d+:\d+.*defualt/);
  });

  test('a pull request that changes its workflow holds its own gate', async () => {
    await using scene = await stage({ suite: () => () => [] });
    const text = await scene.sandbox.read.file(repository, 'main', '.github/workflows/integration.yml');
    const pull = await scene.open({
      files: { '.github/workflows/integration.yml': `${text}# harmless\n` },
    });
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
    assert.match(scene.gate(pull)?.summary ?? '', /workflow changed/);
  });

  test('a report that ran by a grant which was never issued closes the gate', async () => {
    await using scene = await stage({
      suite:
        ({ del }) =>
        () => [flaggedOf(del('7'), { outcome: 'granted', grant: fingerprint(del('7')) })],
    });
    const pull = await scene.open();
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    assert.match(scene.gate(pull)?.summary ?? '', /never issued/);
  });
});
