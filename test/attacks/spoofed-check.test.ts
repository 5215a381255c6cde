import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { writeExternalId } from '../../src/approval/check-names.ts';
import { fingerprint } from '../../src/approval/fingerprint.ts';
import { grantTexts } from '../../src/approval/grant-text.ts';
import { githubGrantSource } from '../../src/github/grant-source.ts';
import { githubReader } from '../../src/github/octokit.ts';
import { repository, stage } from '../app/help/stage.ts';
import { octokitFor } from '../sandbox/help/scene.ts';

/** S8: every job with `checks: write` can make a check run of any name. */
suite("a check run that bears the gate's name and is not the App's", () => {
  test('grants nothing to a runner and opens no branch that requires the App', async () => {
    await using scene = await stage();
    const { sandbox, appId } = scene;
    sandbox.create.protect(repository, 'main', [{ name: 'JIT approval: main', appId }]);
    const pull = await scene.open();
    const form = scene.del('7');
    const print = fingerprint(form);
    const grant = {
      fingerprint: print,
      id: 'x',
      binds: print,
      varying: [],
      uses: null,
      expires: null,
      by: ['me'],
    };
    const set = {
      version: 1,
      pullRequest: pull.number,
      base: 'main',
      head: pull.head.sha,
      denied: [],
    } as const;
    const job = octokitFor(
      sandbox,
      sandbox.create.jobToken(repository, { checks: 'write', contents: 'read' }),
    );
    const identity = { pullRequest: pull.number, role: 'gate', key: 'main' } as const;
    await job.request('POST /repos/acme/shop/check-runs', {
      name: 'JIT approval: main',
      head_sha: pull.head.sha,
      status: 'completed',
      conclusion: 'success',
      external_id: writeExternalId({ ...identity, digest: '0'.repeat(16), annotations: '' }),
      output: {
        title: 'Fine',
        summary: 'Fine',
        text: grantTexts({ ...set, denied: [], grants: [grant] })[0] ?? '',
      },
    });
    const source = githubGrantSource({
      port: githubReader(job),
      appId,
      repository,
      head: pull.head.sha,
      pullRequest: pull.number,
      base: 'main',
      now: () => 0,
      sleep: async () => {},
    });
    const found = await source.find({ id: 'x', fingerprint: print, form, reason: '' });
    assert.deepEqual(found, { kind: 'none', problem: null });
    assert.equal(sandbox.read.mergeState(pull), 'blocked');

    // and the App neither believes it nor writes on it
    await scene.app.sweep();
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
    assert.deepEqual(sandbox.violations, []);
  });
});
