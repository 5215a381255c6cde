import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { openChannel } from '../../src/live/channel.ts';
import type { LiveDecisions } from '../../src/report/live.ts';
import type { Flagged } from '../../src/report/schema.ts';
import type { JobRequest } from '../../src/sandbox/contract.ts';
import type { Pull } from '../../src/sandbox/model.ts';
import { jobName, later, postHolds, shown, tokenOf } from './help/live-job.ts';
import { flaggedOf } from './help/report.ts';
import { granted, idOf, repository, type Stage, stage } from './help/stage.ts';

/** A stage whose job waits for the test: it is told of the job, and lets it go on with what it then reports. */
async function waitingJob() {
  const started = later<JobRequest>();
  const goOn = later<readonly Flagged[]>();
  let reported: readonly Flagged[] = [];
  const scene = await stage({
    async during(job) {
      started.resolve(job);
      reported = await goOn.promise;
    },
    suite: () => () => reported,
  });
  const { act } = scene.sandbox;
  await act.push(repository, 'wanda', { branch: 'feature', from: 'main', files: { 'src/a.ts': 'a' } });
  const pull = await act.openPull(repository, 'wanda', { head: 'feature', title: 'Change' });
  return {
    scene,
    pull,
    job: await started.promise,
    goOn: goOn.resolve,
    /** Also where the test failed: a job that waits for ever keeps the process. */
    async [Symbol.asyncDispose]() {
      goOn.resolve([]);
      await scene[Symbol.asyncDispose]();
    },
  };
}

function channelOf(scene: Stage, job: JobRequest) {
  return openChannel({ app: scene.app.url, job: jobName(job), idToken: () => tokenOf(job) });
}

const checkOf = (scene: Stage, pull: Pull) =>
  shown(scene.sandbox, () => scene.check(pull, `JIT approval / ${idOf(scene.del('7'))}`));

/** The first decisions that satisfy the test, and the id of their event. */
async function hear(
  scene: Stage,
  job: JobRequest,
  wanted: (decisions: LiveDecisions) => boolean,
  last: string | null = null,
  connected: () => void = () => undefined,
): Promise<{ readonly decisions: LiveDecisions; readonly id: string | null }> {
  const heard = later<{ decisions: LiveDecisions; id: string | null }>();
  const stop = new AbortController();
  const listening = channelOf(scene, job).listen(
    last,
    {
      connected,
      decisions: (decisions, id) => void (wanted(decisions) && heard.resolve({ decisions, id })),
    },
    stop.signal,
  );
  const found = await Promise.race([
    heard.promise,
    listening.then(() => {
      throw new Error('the stream ended');
    }),
  ]);
  stop.abort();
  await assert.rejects(listening);
  return found;
}

const until = () => new Date(Date.now() + 300_000).toISOString();

suite('a running job that waits', () => {
  test('what it posts is shown as its claim; the approval reaches it at once, and nothing is run again', async () => {
    await using waiting = await waitingJob();
    const { scene, pull, job, goOn } = waiting;
    const form = scene.del('7');
    const posted = await channelOf(scene, job).post({ until: until(), holds: [flaggedOf(form)] });
    assert.deepEqual(posted.refused, []);
    const check = await checkOf(scene, pull);
    assert.match(check.summary ?? '', /claimed by the running job/);
    assert.equal(check.actions.length, 2);
    const decided = hear(scene, job, ({ grants }) => grants.length > 0);
    const comment = scene.sandbox.act.comment('alice', pull, `/approve ${idOf(form)}`);
    const { grants } = (await decided).decisions;
    assert.deepEqual(
      grants.map(({ id, by, uses }) => ({ id, by, uses })),
      [{ id: idOf(form), by: ['alice'], uses: null }],
    );
    goOn([granted(form)]);
    await scene.settle();
    assert.equal(comment.reactions[0]?.content, '+1');
    assert.equal(scene.gate(pull)?.conclusion, 'success');
    assert.match(scene.gate(pull)?.text ?? '', new RegExp(idOf(form)));
    assert.equal(scene.sandbox.read.runs(repository)[0]?.attempts.length, 1);
    assert.deepEqual(scene.sandbox.violations, []);
  });

  test('a denial, by button, reaches it too', async () => {
    await using waiting = await waitingJob();
    const { scene, pull, job, goOn } = waiting;
    const form = scene.del('7');
    await channelOf(scene, job).post({ until: until(), holds: [flaggedOf(form)] });
    const check = await checkOf(scene, pull);
    const decided = hear(scene, job, ({ denied }) => denied.length > 0);
    scene.sandbox.act.clickButton('alice', check.id, check.actions[1]?.identifier ?? '');
    assert.equal((await decided).decisions.denied[0]?.by, 'alice');
    goOn([flaggedOf(form, { outcome: 'denied', deniedBy: 'alice' })]);
    await scene.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
  });

  test('after a restart of the App it resumes where it was, and hears all that it missed', async () => {
    await using waiting = await waitingJob();
    const { scene, pull, job, goOn } = waiting;
    const [form, other] = [scene.del('7'), scene.del('8')];
    const holds = [flaggedOf(form), flaggedOf(other)];
    await channelOf(scene, job).post({ until: until(), holds });
    await checkOf(scene, pull);
    scene.sandbox.act.comment('alice', pull, `/approve ${idOf(form)}`);
    const first = await hear(scene, job, ({ grants }) => grants.length === 1);
    await scene.restart();
    const again = await channelOf(scene, job).post({ until: until(), holds });
    assert.equal(again.accepted.length, 2, 'what was posted before adds nothing');
    // facts that decide nothing, as the answer to the command, may come between: then it hears the same once more
    const second = hear(scene, job, ({ grants }) => grants.length === 2, first.id);
    scene.sandbox.act.comment('alice', pull, `/approve ${idOf(other)}`);
    assert.deepEqual(
      (await second).decisions.grants.map(({ id }) => id).sort(),
      [idOf(form), idOf(other)].sort(),
    );
    const facts = await scene.ledger.facts({ repository, number: pull.number });
    assert.equal(facts.filter((fact) => fact.type === 'live').length, 1);
    goOn([granted(form), granted(other)]);
    await scene.settle();
  });

  test('is told that waiting is over when the pull request is pushed to', async () => {
    await using waiting = await waitingJob();
    const { scene, job, goOn } = waiting;
    const form = scene.del('7');
    await channelOf(scene, job).post({ until: until(), holds: [flaggedOf(form)] });
    const connected = later();
    const ended = assert.rejects(
      hear(scene, job, () => false, null, connected.resolve),
      /ended the waiting: the pull request was pushed to/,
    );
    await connected.promise;
    await scene.sandbox.act.push(repository, 'wanda', { branch: 'feature', files: { 'src/a.ts': 'b' } });
    await ended;
    goOn([flaggedOf(form)]);
    await scene.settle();
  });

  test('hears of its own actions only', async () => {
    await using waiting = await waitingJob();
    const { scene, pull, job, goOn } = waiting;
    const [mine, others] = [scene.del('7'), scene.del('8')];
    const app = scene.app.url;
    await postHolds(app, await tokenOf(job), { job: 'other-0-1', holds: [flaggedOf(others)] });
    await postHolds(app, await tokenOf(job), { job: jobName(job), holds: [flaggedOf(mine)] });
    await checkOf(scene, pull);
    scene.sandbox.act.comment('alice', pull, `/approve ${idOf(others)} ${idOf(mine)}`);
    const { decisions } = await hear(scene, job, ({ grants }) => grants.length > 0);
    assert.deepEqual(
      decisions.grants.map(({ id }) => id),
      [idOf(mine)],
    );
    goOn([]);
    await scene.settle();
  });
});
