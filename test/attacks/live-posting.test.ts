import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ActionForm } from '../../src/approval/form.ts';
import { livePaths } from '../../src/report/live.ts';
import type { JobRequest } from '../../src/sandbox/contract.ts';
import { jobName, later, postHolds, shown, tokenOf } from '../app/help/live-job.ts';
import { flaggedOf } from '../app/help/report.ts';
import { idOf, repository, type Stage, stage } from '../app/help/stage.ts';

/** Any process of a job can mint the job's tokens: what is posted is believed no more than a report. */

async function duringJob(
  attack: (scene: Stage, job: JobRequest, token: string) => Promise<void>,
): Promise<void> {
  const started = later<JobRequest>();
  const goOn = later();
  await using scene = await stage({
    async during(job) {
      started.resolve(job);
      await goOn.promise;
    },
    suite: () => () => [],
  });
  const { act } = scene.sandbox;
  await act.push(repository, 'wanda', { branch: 'feature', from: 'main', files: { 'src/a.ts': 'a' } });
  await act.openPull(repository, 'wanda', { head: 'feature', title: 'Change' });
  const job = await started.promise;
  try {
    await attack(scene, job, await tokenOf(job));
  } finally {
    goOn.resolve();
    await scene.settle();
  }
}

const live = async (scene: Stage) =>
  (await scene.ledger.facts({ repository, number: 1 })).filter((fact) => fact.type === 'live');

suite('a posted hold', () => {
  test('that is not what it says is refused, and nothing of it is shown', () =>
    duringJob(async (scene, job, token) => {
      const shown = scene.del('7');
      const hidden = scene.del('8');
      const sneaky: ActionForm = {
        ...shown,
        values: [{ name: 'id', type: 'varies', text: '', selects: true }],
      };
      const lies = [
        [
          flaggedOf(shown, { fingerprint: flaggedOf(hidden).fingerprint }),
          /fingerprint is not that of the form/,
        ],
        [flaggedOf(shown, { id: idOf(hidden) }), /id does not belong/],
        [flaggedOf({ ...shown, rules: [] }), /names no rule/],
        [
          flaggedOf({ ...shown, rules: [{ id: 'mine', digest: 'a'.repeat(64) }] }),
          /is not in the policy of main/,
        ],
        [flaggedOf(sneaky), /leaves "id" open/],
        [flaggedOf(shown, { outcome: 'granted', grant: 'a'.repeat(64) }), /only what is held/],
        [flaggedOf(shown, { outcome: 'denied' }), /only what is held/],
        [flaggedOf({ ...shown, shape: ['DELETE FROM users'] }), /./],
      ] as const;
      for (const [lie, why] of lies) {
        const { status, body } = await postHolds(scene.app.url, token, { job: jobName(job), holds: [lie] });
        assert.equal(status, 200, JSON.stringify(body));
        assert.deepEqual(body.accepted, []);
        const refused = body.refused as readonly { why: string }[];
        assert.match(refused[0]?.why ?? '', why);
      }
      assert.deepEqual(await live(scene), []);
    }));

  test('of a body that is too long, or of another form, is refused', () =>
    duringJob(async (scene, job, token) => {
      const send = async (body: string) => {
        const answer = await fetch(`${scene.app.url}${livePaths.holds}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}` },
          body,
        }).catch(() => null);
        // where the rest of the body finds nobody to read it, the connection may end before the answer is read
        return answer?.status ?? 413;
      };
      const form = scene.del('x'.repeat(600_000));
      assert.equal(
        await send(JSON.stringify({ version: 1, job: jobName(job), holds: [flaggedOf(form)] })),
        413,
      );
      assert.equal(await send('{'), 400);
      assert.equal(await send('[]'), 400);
      const many = Array.from({ length: 21 }, (_, index) => flaggedOf(scene.del(String(index))));
      const posted = await postHolds(scene.app.url, token, { job: jobName(job), holds: many });
      assert.equal(posted.status, 400);
      const named = await postHolds(scene.app.url, token, { job: 'x'.repeat(301), holds: many.slice(0, 1) });
      assert.equal(named.status, 400);
      assert.deepEqual(await live(scene), []);
    }));

  test('beyond fifty of one job, or two hundred of one attempt, is not taken', () =>
    duringJob(async (scene, _job, token) => {
      let next = 0;
      const twenty = () => Array.from({ length: 20 }, () => flaggedOf(scene.del(String(next++))));
      const taken = async (job: string) => {
        const { body } = await postHolds(scene.app.url, token, { job, holds: twenty() });
        return (body.accepted as readonly string[]).length;
      };
      for (const job of ['a-0-1', 'b-0-1', 'c-0-1', 'd-0-1'])
        assert.deepEqual([await taken(job), await taken(job), await taken(job)], [20, 20, 10], job);
      assert.equal(await taken('e-0-1'), 0);
      const actions = (await live(scene)).flatMap((fact) => fact.actions);
      assert.equal(actions.length, 200);
    }));

  test('releases nothing by being posted: only a person with the right does', () =>
    duringJob(async (scene, job, token) => {
      const form = scene.del('7');
      await postHolds(scene.app.url, token, { job: jobName(job), holds: [flaggedOf(form)] });
      const pull = scene.sandbox.read.pull(repository, 1);
      for (const by of ['wanda', 'rita']) {
        const comment = scene.sandbox.act.comment(by, pull, `/approve ${idOf(form)}`);
        await shown(scene.sandbox, () => comment.reactions.length > 0);
        assert.equal(comment.reactions[0]?.content, 'confused', by);
      }
      const facts = await scene.ledger.facts({ repository, number: 1 });
      assert.ok(facts.every((fact) => fact.type !== 'vote'));
    }));

  test('under the name of a job that has reported is refused', async () => {
    const [started, goOn] = [later<JobRequest>(), later()];
    const jobs = ['test', 'other'].map(
      (key) => `  ${key}:\n    permissions: { id-token: write }\n    runs-on: ubuntu-latest\n`,
    );
    await using scene = await stage({
      files: {
        '.github/workflows/integration.yml': `name: integration\non: pull_request\njobs:\n${jobs.join('')}`,
      },
      async during(job) {
        if (job.job.key === 'test') return;
        started.resolve(job);
        await goOn.promise;
      },
      suite: () => () => [],
    });
    const { act, world } = scene.sandbox;
    await act.push(repository, 'wanda', { branch: 'feature', from: 'main', files: { 'src/a.ts': 'a' } });
    await act.openPull(repository, 'wanda', { head: 'feature', title: 'Change' });
    const token = await tokenOf(await started.promise);
    await shown(scene.sandbox, () => world.artifacts.size > 0);
    await scene.app.sweep();
    await scene.app.idle();
    const holds = [flaggedOf(scene.del('7'))];
    const { status, body } = await postHolds(scene.app.url, token, { job: 'test-0-1', holds });
    assert.equal(status, 409);
    assert.match(String(body.message), /has left its report already/);
    goOn.resolve();
    await scene.settle();
  });
});
