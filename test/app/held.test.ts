import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { holdLease, whileHeld } from '../../src/app/held.ts';
import { JitError } from '../../src/errors.ts';
import { appGitHub } from '../../src/github/octokit.ts';
import { memoryLedger } from '../../src/ledger/memory.ts';
import { octokitFor } from '../sandbox/help/scene.ts';
import { quiet } from './help/desk.ts';
import { repository, stage } from './help/stage.ts';

const key = { repository: 'acme/shop', number: 1 };

suite('a pull request that is held', () => {
  test('may be written to while the lease runs', async () => {
    const ledger = memoryLedger();
    await ledger.markDirty(key, 5);
    const held = await holdLease(ledger, { holder: 'this test', ms: 60_000 }, quiet);
    held?.check();
    await held?.release({ kind: 'done', againInMs: null });
    assert.deepEqual(await ledger.dirty(), []);
  });

  test('may not be written to once its lease may have ended', async () => {
    const ledger = memoryLedger();
    await ledger.markDirty(key, 5);
    const held = await holdLease(ledger, { holder: 'this test', ms: 0 }, quiet);
    assert.ok(held);
    assert.throws(held.check, { code: 'app-lease' });
    await held.release({ kind: 'done', againInMs: null });
  });

  test('what another process may have by now is read and not written to', async () => {
    await using scene = await stage();
    const pull = await scene.open();
    const [installation = 0] = scene.sandbox.world.installations.keys();
    const token = scene.sandbox.create.installationToken(installation);
    let lost = false;
    const github = whileHeld(appGitHub(octokitFor(scene.sandbox, token)), {
      check() {
        if (lost) throw new JitError('app-lease', 'lost');
      },
    });
    await github.createComment(repository, pull.number, 'while it is ours');
    lost = true;
    await assert.rejects(github.createComment(repository, pull.number, 'too late'), { code: 'app-lease' });
    const comments = await github.comments(repository, pull.number);
    assert.ok(comments.some(({ body }) => body === 'while it is ours'));
    assert.ok(!comments.some(({ body }) => body === 'too late'));
  });

  test('nothing is held when nothing is due', async () => {
    assert.equal(await holdLease(memoryLedger(), { holder: 'this test', ms: 60_000 }, quiet), null);
  });
});
