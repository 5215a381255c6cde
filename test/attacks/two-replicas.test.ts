import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type RunningApp, startApp } from '../../src/app/start.ts';
import { postgresLedger } from '../../src/ledger/postgres.ts';
import { verifyLedger } from '../../src/ledger/verify.ts';
import { until } from '../../src/sandbox/demo/until.ts';
import type { Pull } from '../../src/sandbox/model.ts';
import {
  heldOnce,
  idOf,
  policyFor,
  repository,
  type Stage,
  type StageOptions,
  stage,
} from '../app/help/stage.ts';
import { databases } from '../ledger/databases.ts';
import { bodyOf, forward, give, listen } from '../scenarios/chaos/relay.ts';

/** S14: two Apps on one PostgreSQL are told the same at the same moment. */

const server = await databases();

interface Replicas extends AsyncDisposable {
  readonly scene: Stage;
  readonly pull: Pull;
  readonly id: string;
  /** Where the next deliveries go: to both at once, or to each in turn. */
  deliver(how: 'to both' | 'in turn'): void;
  settle(): Promise<unknown>;
}

/** acme/shop with two Apps; GitHub's one address for webhooks leads to both. */
async function replicas(options: StageOptions): Promise<Replicas> {
  const url = await server.fresh();
  const pace = { pollMs: 50, retryMs: 50 };
  const scene = await stage({ ...options, ledger: await postgresLedger(url), config: pace });
  const pull = await scene.open();
  const ledger = await postgresLedger(url);
  const second: RunningApp = await startApp(scene.config, { ledger });
  const apps = [scene.app, second];
  let next = 0;
  let how: 'to both' | 'in turn' = 'to both';
  const door = await listen(async (incoming, outgoing) => {
    const body = await bodyOf(incoming);
    const to = how === 'to both' ? apps : [apps[next++ % apps.length] ?? scene.app];
    const answers = await Promise.all(to.map((app) => forward(incoming, body, app.url)));
    give(outgoing, answers[0] ?? assert.fail());
  });
  const { webhookSecret: secret } = scene.config;
  const path = new URL(scene.app.webhookUrl).pathname;
  scene.sandbox.create.webhook(scene.appId, { url: `http://${door.host}${path}`, secret });
  const settle = () =>
    until('both Apps come to rest', async () => {
      await scene.sandbox.idle();
      for (const app of apps) await app.idle();
      return !scene.sandbox.busy && (await ledger.dirty()).length === 0;
    });
  await settle();
  return {
    scene,
    pull,
    id: idOf(scene.del('7')),
    deliver(said) {
      how = said;
    },
    settle,
    async [Symbol.asyncDispose]() {
      door.close();
      await second.close();
      await scene[Symbol.asyncDispose]();
    },
  };
}

const two: StageOptions = {
  policy: (appId) => policyFor(appId).replace('count: 1', 'count: 2'),
  suite: heldOnce,
};

async function factsOf({ scene, pull }: Replicas) {
  const facts = await scene.ledger.facts({ repository, number: pull.number });
  for await (const { broken } of verifyLedger(scene.ledger)) assert.equal(broken, null);
  return {
    votes: facts.flatMap((fact) => (fact.type === 'vote' ? [fact.by] : [])).sort(),
    answers: facts.filter(({ type }) => type === 'answer').length,
    asked: facts.filter((fact) => fact.type === 'rerun' && fact.outcome === 'asked').length,
  };
}

const attempts = ({ scene }: Replicas) => scene.sandbox.read.runs(repository)[0]?.attempts.length;

suite('two replicas on one ledger', () => {
  for (const how of ['to both', 'in turn'] as const) {
    test(`count two people at the same moment as two, told ${how}, and ask for one re-run`, async () => {
      await using at = await replicas(two);
      const { scene, pull, id } = at;
      at.deliver(how);
      const comments = ['alice', 'bob'].map((who) => scene.sandbox.act.comment(who, pull, `/approve ${id}`));
      await at.settle();
      assert.deepEqual(await factsOf(at), { votes: ['alice', 'bob'], answers: 2, asked: 1 });
      assert.equal(scene.gate(pull)?.conclusion, 'success');
      assert.equal(attempts(at), 2);
      for (const { reactions } of comments)
        assert.deepEqual(
          reactions.map(({ content }) => content),
          ['+1'],
        );
      assert.deepEqual(scene.sandbox.violations, []);
    });
  }

  test('count one person once who clicks and writes at the same moment, by whichever replica', async () => {
    await using at = await replicas(two);
    const { scene, pull, id } = at;
    at.deliver('in turn');
    const check = scene.check(pull, `JIT approval / ${id}`);
    assert.ok(check);
    scene.sandbox.act.clickButton('alice', check.id, `approve:${id}`);
    for (const _ of [1, 2, 3]) scene.sandbox.act.comment('alice', pull, `/approve ${id}`);
    await at.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
    assert.equal(attempts(at), 1);
    assert.equal((await factsOf(at)).asked, 0);
  });

  test('let a deny win over an approval of the same moment, whichever hears of it first', async () => {
    await using at = await replicas({ suite: heldOnce });
    const { scene, pull, id } = at;
    at.deliver('in turn');
    scene.sandbox.act.comment('bob', pull, `/deny ${id}`);
    scene.sandbox.act.comment('alice', pull, `/approve ${id}`);
    await at.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    assert.doesNotMatch(scene.gate(pull)?.text ?? '', /"binds"/);
  });

  test('see an approval for one run used once, and claimed again by the run that follows', async () => {
    await using at = await replicas({
      policy: (appId) => policyFor(appId).replace('    hold:', '    uses: once\n    hold:'),
      suite: heldOnce,
    });
    const { scene, pull, id } = at;
    scene.sandbox.act.comment('alice', pull, `/approve ${id}`);
    await at.settle();
    assert.equal(scene.gate(pull)?.conclusion, 'success');
    assert.doesNotMatch(scene.gate(pull)?.text ?? '', /"binds"/);
    const [run] = scene.sandbox.read.runs(repository);
    scene.sandbox.act.rerun('wanda', run?.id ?? 0);
    await at.settle();
    assert.equal(attempts(at), 3);
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    assert.match(scene.gate(pull)?.summary ?? '', /an earlier run had used up/);
    assert.equal((await factsOf(at)).asked, 1);
  });
});
