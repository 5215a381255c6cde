import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import type { Pull } from '../../src/sandbox/model.ts';
import { idOf, repository, type Stage, stage } from '../app/help/stage.ts';

suite('webhooks that are not what they seem', () => {
  let scene: Stage;
  let pull: Pull;
  let id: string;
  before(async () => {
    scene = await stage();
    pull = await scene.open();
    id = idOf(scene.del('7'));
  });
  after(() => scene[Symbol.asyncDispose]());

  const sign = (body: string, secret: string) =>
    `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

  async function deliver(event: string, body: string, headers: Record<string, string>): Promise<number> {
    const answer = await fetch(scene.app.webhookUrl, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-github-event': event,
        'x-github-delivery': randomUUID(),
        ...headers,
      },
    });
    await scene.settle();
    return answer.status;
  }

  /** A comment by alice that she never wrote. */
  function comment(): string {
    const [installation] = [...scene.sandbox.world.installations.values()];
    const alice = scene.sandbox.world.account('alice');
    return JSON.stringify({
      action: 'created',
      comment: { id: 99_999, body: `/approve ${id}`, user: { login: 'alice', id: alice?.id, type: 'User' } },
      issue: { number: pull.number, pull_request: {} },
      repository: { full_name: repository },
      sender: { login: 'alice', id: alice?.id, type: 'User' },
      installation: { id: installation?.id },
    });
  }

  for (const [what, headers] of [
    ['no signature', {}],
    ['a wrong signature', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }],
    ['the old kind of signature', { 'x-hub-signature': 'sha1=0000' }],
  ] as const) {
    test(`one with ${what} is refused and leaves nothing`, async () => {
      assert.equal(await deliver('issue_comment', comment(), headers), 400);
      const facts = await scene.ledger.facts({ repository, number: pull.number });
      assert.deepEqual(
        facts.filter(({ type }) => type === 'command'),
        [],
      );
    });
  }

  test("one signed with Probot's well-known secret is refused", async () => {
    const body = comment();
    const headers = { 'x-hub-signature-256': sign(body, 'development') };
    assert.equal(await deliver('issue_comment', body, headers), 400);
  });

  test('even rightly signed, a comment that GitHub does not have decides nothing', async () => {
    const body = comment();
    const headers = { 'x-hub-signature-256': sign(body, scene.config.webhookSecret) };
    assert.equal(await deliver('issue_comment', body, headers), 200);
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
  });

  test('a delivery that comes twice is recorded once', async () => {
    scene.sandbox.act.comment('rita', pull, '/jit help');
    await scene.settle();
    // not that of our own answer, which nobody heeds
    const delivery = scene.sandbox.webhooks.deliveries.findLast(
      ({ event, payload }) => event === 'issue_comment' && JSON.stringify(payload).includes('"/jit help"'),
    );
    assert.ok(delivery);
    const before = await scene.ledger.facts({ repository, number: pull.number });
    scene.sandbox.webhooks.redeliver(delivery.id);
    await scene.settle();
    assert.deepEqual(await scene.ledger.facts({ repository, number: pull.number }), before);
  });

  test('a click that is replayed under another GUID after its revocation approves nothing', async () => {
    const check = scene.check(pull, `JIT approval / ${id}`);
    assert.ok(check);
    scene.sandbox.act.clickButton('alice', check.id, `approve:${id}`);
    await scene.settle();
    const [click] = scene.sandbox.webhooks.deliveries.filter(
      ({ event, action }) => event === 'check_run' && action === 'requested_action',
    );
    assert.ok(click);
    assert.equal(scene.check(pull, check.name)?.conclusion, 'success');
    scene.sandbox.act.comment('alice', pull, `/revoke ${id}`);
    await scene.settle();
    assert.equal(scene.check(pull, check.name)?.conclusion, 'action_required');
    const body = JSON.stringify(click.payload);
    const headers = { 'x-hub-signature-256': sign(body, scene.config.webhookSecret) };
    assert.equal(await deliver('check_run', body, headers), 200);
    assert.equal(scene.check(pull, check.name)?.conclusion, 'action_required');
  });
});
