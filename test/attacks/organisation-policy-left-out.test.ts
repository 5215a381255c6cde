import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gitBlob, stage } from '../app/help/stage.ts';

const shared = `version: 1
default: allow
rules:
  - id: org-drops
    on: { sql: { operation: drop } }
    deny: { reason: Nobody drops }
`;

/** A repository, or a job whose token cannot see it, must not get around what its organisation lays down. */
suite("the organisation's policy cannot be left out", () => {
  test('a report that it did not judge is not valid, and the gate says what is missing', async () => {
    await using scene = await stage();
    await scene.sandbox.create.repository('acme/.github', { files: { 'jit-approval.yml': shared } });
    const pull = await scene.open();
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    assert.match(scene.gate(pull)?.summary ?? '', /organisation's policy did not judge it/);
  });

  test('a report under both is valid', async () => {
    await using scene = await stage({
      report: (report) => ({
        ...report,
        policy: [
          ...report.policy,
          {
            from: 'organisation',
            branch: 'main',
            file: 'acme/.github:jit-approval.yml',
            commit: null,
            blob: gitBlob(shared),
          },
        ],
      }),
    });
    await scene.sandbox.create.repository('acme/.github', { files: { 'jit-approval.yml': shared } });
    const pull = await scene.open();
    assert.doesNotMatch(scene.gate(pull)?.summary ?? '', /did not judge it|another policy/);
    assert.match(scene.gate(pull)?.summary ?? '', /DELETE FROM users/);
  });

  test('a broken one closes the gate', async () => {
    await using scene = await stage();
    await scene.sandbox.create.repository('acme/.github', { files: { 'jit-approval.yml': 'version: 1\n' } });
    const pull = await scene.open();
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    assert.match(
      scene.gate(pull)?.summary ?? scene.gate(pull)?.title ?? '',
      /"default" is missing|cannot be used/,
    );
  });
});
