import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { receiver, scene } from './help/scene.ts';

const repo = { owner: 'acme', repo: 'shop' };

function names(
  received: readonly { readonly headers: Record<string, unknown>; readonly body: string }[],
): string[] {
  return received.map(
    (each) => `${String(each.headers['x-github-event'])}.${JSON.parse(each.body).action ?? ''}`,
  );
}

test('a delivery is signed, carries a GUID, and says what GitHub says', async () => {
  await using it = await scene();
  await using hook = await receiver();
  it.sandbox.create.webhook(it.appId, { url: hook.url, secret: 'geheim' });
  await it.sandbox.act.push('acme/shop', 'wanda', { branch: 'topic', files: { a: 'a' } });
  const pull = await it.sandbox.act.openPull('acme/shop', 'wanda', { head: 'topic', title: 'Topic' });
  const comment = it.sandbox.act.comment('rita', pull, 'first');
  it.sandbox.act.editComment('alice', comment, 'second');
  it.sandbox.act.deleteComment('rita', comment);
  await it.sandbox.idle();
  assert.deepEqual(names(hook.received).sort(), [
    'check_suite.requested',
    'issue_comment.created',
    'issue_comment.deleted',
    'issue_comment.edited',
    'pull_request.opened',
    'push.',
  ]);
  for (const { headers, body } of hook.received) {
    const expected = `sha256=${createHmac('sha256', 'geheim').update(body).digest('hex')}`;
    assert.equal(headers['x-hub-signature-256'], expected);
    assert.match(String(headers['x-github-delivery']), /^[0-9a-f-]{36}$/);
    assert.equal(JSON.parse(body).installation.id, it.installationId);
  }
  const edited = hook.received.find((each) => each.body.includes('"edited"'));
  const payload = JSON.parse(edited?.body ?? '{}');
  assert.equal(payload.sender.login, 'alice');
  assert.equal(payload.comment.user.login, 'rita');
  assert.equal(payload.changes.body.from, 'first');
  assert.deepEqual(it.sandbox.violations, []);
});

test('a button reaches only the app that owns the check run, with who clicked it', async () => {
  await using it = await scene();
  await using mine = await receiver();
  await using theirs = await receiver();
  const { create, act } = it.sandbox;
  create.webhook(it.appId, { url: mine.url, secret: 'a' });
  const other = create.app({
    slug: 'other',
    owner: 'acme',
    permissions: { checks: 'write' },
    events: ['check_run'],
    webhook: { url: theirs.url, secret: 'b' },
  });
  create.installation(other.id, 'acme');
  const sha = await act.push('acme/shop', 'wanda', { branch: 'topic', files: { a: 'a' } });
  const actions = [{ label: 'Approve', description: 'Approve it', identifier: 'approve:1' }];
  const open = await it.octokit.rest.checks.create({ ...repo, name: 'x', head_sha: sha, actions });
  assert.throws(() => act.clickButton('rita', open.data.id, 'approve:1'), /only on completed/);
  await it.octokit.rest.checks.update({ ...repo, check_run_id: open.data.id, conclusion: 'action_required' });
  assert.throws(() => act.clickButton('rita', open.data.id, 'deny:1'), /has no button deny:1/);
  assert.throws(() => act.clickButton('mallory', open.data.id, 'approve:1'), /Not Found/);
  act.clickButton('rita', open.data.id, 'approve:1');
  await it.sandbox.idle();
  const clicked = mine.received.find((each) => each.body.includes('requested_action"'));
  const payload = JSON.parse(clicked?.body ?? '{}');
  assert.equal(payload.requested_action.identifier, 'approve:1');
  assert.equal(payload.sender.login, 'rita');
  assert.equal(payload.check_run.actions, undefined);
  assert.ok(names(theirs.received).includes('check_run.completed'));
  assert.ok(!names(theirs.received).includes('check_run.requested_action'));
  assert.deepEqual(it.sandbox.violations, []);
});

test('a failed delivery stays failed until it is sent again, under its old GUID', async () => {
  await using it = await scene();
  let status = 500;
  await using hook = await receiver(() => status);
  it.sandbox.create.webhook(it.appId, { url: hook.url, secret: 'x' });
  await it.sandbox.act.push('acme/shop', 'wanda', { branch: 'topic', files: { a: 'a' } });
  await it.sandbox.idle();
  const { apps } = it.app.octokit.rest;
  const failed = (await apps.listWebhookDeliveries({ status: 'failure' })).data;
  assert.equal(failed.length, 2);
  assert.equal(hook.received.length, 2);
  status = 200;
  for (const each of failed) await apps.redeliverWebhookDelivery({ delivery_id: each.id });
  await it.sandbox.idle();
  const good = (await apps.listWebhookDeliveries({ status: 'success' })).data;
  assert.deepEqual(good.map((each) => each.guid).sort(), failed.map((each) => each.guid).sort());
  assert.ok(good.every((each) => each.redelivery));
  const full = await apps.getWebhookDelivery({ delivery_id: good[0]?.id ?? 0 });
  assert.equal(full.data.status_code, 200);
  assert.deepEqual(it.sandbox.violations, []);
});

test('a cut line loses deliveries and keeps a record of them', async () => {
  await using it = await scene();
  await using hook = await receiver();
  it.sandbox.create.webhook(it.appId, { url: hook.url, secret: 'x' });
  it.sandbox.webhooks.cut();
  await it.sandbox.act.push('acme/shop', 'wanda', { branch: 'topic', files: { a: 'a' } });
  await it.sandbox.idle();
  it.sandbox.webhooks.restore();
  assert.equal(hook.received.length, 0);
  const lost = it.sandbox.webhooks.deliveries;
  assert.ok(lost.length > 0 && lost.every((each) => each.statusCode === 0));
  it.sandbox.webhooks.redeliver(lost[0]?.id ?? 0);
  await it.sandbox.idle();
  assert.equal(hook.received.length, 1);
});

test('deliveries are read page by page with a cursor', async () => {
  await using it = await scene();
  await using hook = await receiver();
  it.sandbox.create.webhook(it.appId, { url: hook.url, secret: 'x' });
  await it.sandbox.act.push('acme/shop', 'wanda', { branch: 'topic', files: { a: 'a' } });
  const pull = await it.sandbox.act.openPull('acme/shop', 'wanda', { head: 'topic', title: 'Topic' });
  for (let n = 0; n < 5; n += 1) it.sandbox.act.comment('rita', pull, `c${n}`);
  await it.sandbox.idle();
  const octokit = it.app.octokit;
  const all = await octokit.paginate(octokit.rest.apps.listWebhookDeliveries, { per_page: 3 });
  assert.equal(new Set(all.map((each) => each.id)).size, 8);
});
