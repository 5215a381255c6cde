import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { RecordedFact } from '../../src/approval/facts.ts';
import { addAccount } from '../../src/sandbox/domain/people.ts';
import type { Pull } from '../../src/sandbox/model.ts';
import { octokitFor } from '../sandbox/help/scene.ts';
import { flaggedOf } from './help/report.ts';
import { granted, idOf, policyFor, repository, type Stage, stage } from './help/stage.ts';
import { type Kind, kinds, type Outcome, permissionTable, type Way, ways } from './permission-table.ts';

/** Fifty people are asked for, so that every vote counts and none decides; who breaks the glass decides alone. */
const policy = (appId: number) =>
  policyFor(appId).replace(
    'approvals: { count: 1, from: { role: maintain } }',
    'approvals: { count: 50, from: { role: maintain }, breakGlass: { role: admin } }',
  );

suite('every way to decide, tried by every kind of account', () => {
  let scene: Stage;
  let pull: Pull;
  let id: string;
  /** The same press of an unchanged button is a replay, so the page's is another one. */
  let other: string;
  const apps = new Map<string, number>();

  before(async () => {
    scene = await stage({
      policy,
      suite:
        ({ del }) =>
        ({ attempt }) =>
          ['7', '8'].map((row) => (attempt === 1 ? flaggedOf(del(row)) : granted(del(row)))),
    });
    const { create, world, act } = scene.sandbox;
    for (const login of ['ada', 'will', 'tina', 'nora', 'carl', 'sue']) create.user(login);
    addAccount(world, 'robot[bot]', 'Bot');
    const helpful = create.app({
      slug: 'helpful',
      owner: 'acme',
      permissions: { issues: 'write', pull_requests: 'write', metadata: 'read' },
      events: [],
    });
    apps.set('helpful[bot]', create.installation(helpful.id, 'acme'));
    const ours = [...world.installations.values()].find(({ app }) => app.id === scene.appId);
    apps.set('jit-approval[bot]', ours?.id ?? 0);
    const roles = { alice: 'maintain', will: 'write', tina: 'triage', rita: 'read' } as const;
    for (const { login } of kinds) create.collaborator(repository, login, 'admin');
    for (const [login, role] of Object.entries(roles)) create.collaborator(repository, login, role);
    pull = await scene.open();
    await act.push(repository, 'carl', { branch: 'feature', files: { 'src/b.ts': 'b' } });
    await scene.settle();
    [id, other] = [idOf(scene.del('7')), idOf(scene.del('8'))];
  });
  after(() => scene[Symbol.asyncDispose]());

  for (const way of Object.keys(ways).filter((name): name is Way => name in ways)) {
    test(`${ways[way]}: all kinds`, async () => {
      const { sandbox } = scene;
      const since = (await facts()).at(-1)?.sequence ?? 0;
      // heard only once all have acted, and nora and sue are no more what they were
      sandbox.create.collaborator(repository, 'nora', 'admin');
      sandbox.webhooks.cut();
      for (const kind of kinds) await act(way, kind);
      await sandbox.idle();
      sandbox.create.collaborator(repository, 'nora', null);
      sandbox.create.suspend('sue');
      sandbox.webhooks.restore();
      for (const delivery of [...sandbox.webhooks.deliveries])
        if (delivery.statusCode === 0 && !delivery.redelivery) sandbox.webhooks.redeliver(delivery.id);
      await scene.settle();
      sandbox.create.suspend('sue', false);
      const told = (await facts()).filter(({ sequence }) => sequence > since);
      const met = Object.fromEntries(kinds.map((kind) => [kind.who, outcomeOf(told, kind, way)]));
      assert.deepEqual(met, Object.fromEntries(kinds.map(({ who, outcomes }) => [who, outcomes[way]])));
    });
  }

  test('the votes that count stand on the check, and the broken glass wherever the approval does', () => {
    assert.equal(scene.gate(pull)?.conclusion, 'success');
    const comment = scene.ours(pull)[0]?.body ?? '';
    for (const text of [comment, scene.gate(pull)?.summary ?? ''])
      assert.match(text, /ada alone, by breaking the glass \(production is down\)/);
  });

  test('no request was one that GitHub does not know', () => {
    assert.deepEqual(scene.sandbox.violations, []);
  });

  const facts = () => scene.ledger.facts({ repository, number: pull.number });

  async function act(way: Way, { login }: Kind): Promise<void> {
    const { sandbox } = scene;
    const body = way === 'glass' ? `/approve! ${id} ${other} -- production is down` : `/approve ${id}`;
    const check = scene.check(pull, `JIT approval / ${way === 'page' ? other : id}`)?.id ?? 0;
    const installation = apps.get(login);
    if (way === 'button') sandbox.act.clickButton(login, check, `approve:${id}`);
    else if (way === 'page') await press(login, check);
    else if (installation !== undefined) await write(installation, way, body);
    else if (way === 'review') sandbox.act.review(login, pull, { body });
    else sandbox.act.comment(login, pull, body);
  }

  async function press(login: string, check: number): Promise<void> {
    const response = await fetch(`${scene.sandbox.url}/${repository}/runs/${check}/action`, {
      method: 'POST',
      headers: { cookie: `person=${encodeURIComponent(login)}` },
      body: new URLSearchParams({ identifier: `approve:${other}` }),
      redirect: 'manual',
    });
    assert.equal(response.status, 303);
    assert.doesNotMatch(response.headers.get('location') ?? '', /problem=/);
  }

  async function write(installation: number, way: Way, body: string): Promise<void> {
    const octokit = octokitFor(scene.sandbox, scene.sandbox.create.installationToken(installation));
    const { number } = pull;
    if (way === 'review')
      await octokit.request('POST /repos/acme/shop/pulls/{number}/reviews', {
        number,
        body,
        event: 'COMMENT',
      });
    else await octokit.request('POST /repos/acme/shop/issues/{number}/comments', { number, body });
  }
});

/** What the ledger says came of it; the words must say why. */
function outcomeOf(told: readonly RecordedFact[], { login, who, because }: Kind, way: Way): Outcome {
  const command = told.find((fact) => fact.type === 'command' && fact.by === login);
  const votes = told.filter((fact) => fact.type === 'vote' && fact.by === login);
  if (command?.type !== 'command') {
    assert.deepEqual(votes, [], who);
    return 'unheard';
  }
  const answer = told.find((fact) => fact.type === 'answer' && fact.source === command.source);
  assert.ok(answer?.type === 'answer', `${who} by ${way} got no answer`);
  assert.equal(votes.length > 0, answer.outcome === 'done', who);
  if (answer.outcome === 'done') return 'counts';
  assert.match(answer.words, because, `${who} by ${way}`);
  return 'refused';
}

test('docs/who-may-decide.md shows this table', () => {
  const file = path.join(import.meta.dirname, '../../docs/who-may-decide.md');
  const [, shown = ''] =
    /<!-- permissions -->\n\n([\s\S]*?)\n\n<!-- end -->/.exec(readFileSync(file, 'utf8')) ?? [];
  assert.deepEqual(shown.split('\n'), permissionTable(), 'run `npm run build`');
});
