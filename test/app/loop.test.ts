import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { binding } from '../../src/approval/fingerprint.ts';
import type { ActionForm } from '../../src/approval/form.ts';
import { flaggedOf } from './help/report.ts';
import { granted, heldOnce, idOf, policyFor, repository, stage } from './help/stage.ts';

suite('from a held action to a green gate', () => {
  test('by a comment: approved, run again once, green', async () => {
    await using scene = await stage({ suite: heldOnce });
    const pull = await scene.open();
    const id = idOf(scene.del('7'));
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
    assert.equal(scene.check(pull, `JIT approval / ${id}`)?.conclusion, 'action_required');
    assert.match(scene.ours(pull)[0]?.body ?? '', new RegExp(`/approve ${id}`));

    const comment = scene.sandbox.act.comment('alice', pull, `/approve ${id}`);
    await scene.settle();
    assert.deepEqual(
      comment.reactions.map(({ content, user }) => [content, user.login]),
      [['+1', 'jit-approval[bot]']],
    );
    const [run] = scene.sandbox.read.runs(repository);
    assert.equal(run?.attempts.length, 2);
    assert.equal(scene.gate(pull)?.conclusion, 'success');
    assert.equal(scene.ours(pull).length, 1);
    assert.match(scene.ours(pull)[0]?.body ?? '', /Approved by alice/);

    // the sweep, and whatever else may come, changes nothing any more
    const before = scene.gate(pull)?.summary;
    await scene.app.sweep();
    await scene.settle();
    assert.equal(run?.attempts.length, 2);
    assert.equal(scene.gate(pull)?.summary, before);
    assert.deepEqual(scene.sandbox.violations, []);
  });

  test('by buttons: Approve on one, Approve all on the rest', async () => {
    await using scene = await stage({
      suite:
        ({ del }) =>
        ({ attempt }) =>
          ['1', '2', '3'].map((user) => (attempt === 1 ? flaggedOf(del(user)) : granted(del(user)))),
    });
    const pull = await scene.open();
    const first = scene.check(pull, `JIT approval / ${idOf(scene.del('1'))}`);
    assert.ok(first);
    scene.sandbox.act.clickButton('alice', first.id, `approve:${idOf(scene.del('1'))}`);
    await scene.settle();
    assert.equal(scene.check(pull, first.name)?.conclusion, 'success');
    assert.equal(scene.sandbox.read.runs(repository)[0]?.attempts.length, 1);

    const gate = scene.gate(pull);
    const all = gate?.actions.find(({ identifier }) => identifier.startsWith('approve-all:'));
    assert.ok(gate && all);
    scene.sandbox.act.clickButton('bob', gate.id, all.identifier);
    await scene.settle();
    assert.equal(scene.sandbox.read.runs(repository)[0]?.attempts.length, 2);
    assert.equal(scene.gate(pull)?.conclusion, 'success');
    assert.deepEqual(scene.sandbox.violations, []);
  });

  test('Approve varying on a generated value lets the next attempt run with another one', async () => {
    await using scene = await stage({
      suite: ({ del }) => {
        const insert = (uuid: string): ActionForm => ({
          ...del('7'),
          shape: ['INSERT INTO users (key) VALUES (', ')'],
          values: [{ name: 'key', type: 'string', text: uuid, selects: false }],
        });
        const first = insert('6f1e6c1a-4d0f-4c40-9b0a-0c4f6a1d2e3b');
        const second = insert('0b9c7a52-77aa-4f0e-8d0d-5a6b7c8d9e0f');
        const grant = binding(second, ['key']);
        return ({ attempt }) => [
          attempt === 1 ? flaggedOf(first) : flaggedOf(second, { outcome: 'granted', grant }),
        ];
      },
    });
    const pull = await scene.open();
    const gates = scene.sandbox.read.checks(repository, pull.head.sha);
    const hold = gates.find(({ name }) => name.startsWith('JIT approval / '));
    const varying = hold?.actions.find(({ identifier }) => identifier.startsWith('varying:'));
    assert.ok(hold && varying);
    assert.equal(varying.label, 'Approve varying');
    scene.sandbox.act.clickButton('bob', hold.id, varying.identifier);
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'success');
    assert.match(scene.gate(pull)?.text ?? '', /"varying":\["key"\]/);
    assert.deepEqual(scene.sandbox.violations, []);
  });

  test('a member of a team that the policy names may approve without any role', async () => {
    await using scene = await stage({
      policy: (appId) => policyFor(appId).replace('role: maintain', 'teams: [acme/data]'),
      suite: heldOnce,
    });
    scene.sandbox.create.team('acme', 'data', { members: ['rita'] });
    const pull = await scene.open();
    const maintainer = scene.sandbox.act.comment('alice', pull, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    assert.equal(maintainer.reactions[0]?.content, 'confused');
    scene.sandbox.act.comment('rita', pull, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'success');
  });

  test('denied: red on this head and the next, until it is revoked', async () => {
    await using scene = await stage({ suite: heldOnce });
    const pull = await scene.open();
    const id = idOf(scene.del('7'));
    scene.sandbox.act.comment('bob', pull, `/deny ${id} -- not on staging`);
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    const old = pull.head.sha;
    await scene.sandbox.act.push(repository, 'wanda', { branch: 'feature', files: { 'b.ts': 'b' } });
    await scene.settle();
    assert.notEqual(pull.head.sha, old);
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    const refused = scene.sandbox.act.comment('alice', pull, `/approve ${id}`);
    await scene.settle();
    assert.equal(refused.reactions[0]?.content, 'confused');
    scene.sandbox.act.comment('bob', pull, `/revoke ${id}`);
    scene.sandbox.act.comment('alice', pull, `/approve ${id}`);
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'success');
    assert.deepEqual(scene.sandbox.violations, []);
  });

  test('a push carries the approval over, before any report', async () => {
    await using scene = await stage({ suite: heldOnce });
    const pull = await scene.open();
    scene.sandbox.act.comment('alice', pull, `/approve ${idOf(scene.del('7'))}`);
    await scene.settle();
    await scene.sandbox.act.push(repository, 'wanda', { branch: 'feature', files: { 'b.ts': 'b' } });
    await scene.settle();
    const text = scene.gate(pull)?.text ?? '';
    assert.match(text, /"by":\["alice"\]/);
    assert.match(text, new RegExp(`"head":"${pull.head.sha}"`));
  });

  test('/jit help, /jit status and an unknown word are each answered once', async () => {
    await using scene = await stage();
    const pull = await scene.open();
    for (const [said, answered] of [
      ['/jit help', /The whole first line of a new comment/],
      ['/jit status', /waits for approval/],
      ['/jit dance', /"dance" is not understood/],
      ['/approve 00000000', /is not an action of this pull request/],
    ] as const) {
      const before = scene.ours(pull).length;
      scene.sandbox.act.comment('rita', pull, said);
      await scene.settle();
      await scene.app.sweep();
      await scene.settle();
      const answers = scene.ours(pull).slice(before);
      assert.equal(answers.length, 1, said);
      assert.match(answers[0]?.body ?? '', answered);
      assert.match(answers[0]?.body ?? '', /^@rita/);
    }
  });

  test('a job that left no report at all fails the gate, by its name', async () => {
    await using scene = await stage({ report: () => null });
    const pull = await scene.open();
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    assert.match(scene.gate(pull)?.summary ?? '', /integration\\?.yml completed and left no report/);
  });

  test('an artifact that is no zip fails the gate with the reason', async () => {
    await using scene = await stage({ report: () => new TextEncoder().encode('no zip at all') });
    const pull = await scene.open();
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    assert.match(scene.gate(pull)?.summary ?? '', /not a zip/);
  });
});
