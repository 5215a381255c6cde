import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scriptedRunner } from './help/runner.ts';
import { type Scene, scene } from './help/scene.ts';

const repo = { owner: 'acme', repo: 'shop' };
const hostile = '<script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:alert(1)">x</a>';

async function withPull(it: Scene) {
  await it.sandbox.act.push('acme/shop', 'wanda', { branch: 'topic', files: { 'a.txt': 'a\n' } });
  return it.sandbox.act.openPull('acme/shop', 'wanda', { head: 'topic', title: hostile, body: hostile });
}

async function look(it: Scene, path: string, person = 'alice'): Promise<string> {
  const response = await fetch(`${it.sandbox.url}${path}`, { headers: { cookie: `person=${person}` } });
  assert.equal(response.status, 200, path);
  return response.text();
}

function send(it: Scene, path: string, fields: Record<string, string>, more: Record<string, string> = {}) {
  return fetch(`${it.sandbox.url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: 'person=alice', origin: it.sandbox.url, ...more },
    body: new URLSearchParams(fields),
  });
}

test('hostile text in titles, comments, checks and logs stays text on every page', async () => {
  const runner = scriptedRunner(async (_request, { observer }) => {
    observer.log(hostile);
    observer.summary(hostile);
    observer.annotation({
      level: 'failure',
      message: hostile,
      title: hostile,
      path: hostile,
      startLine: 1,
      endLine: 1,
    });
    return 'failure';
  });
  const files = { '.github/workflows/ci.yml': 'name: CI\non: [pull_request]\njobs:\n  suite: {}\n' };
  await using it = await scene({ runner, files });
  const pull = await withPull(it);
  it.sandbox.act.comment('rita', pull, hostile);
  const { data } = await it.octokit.rest.checks.create({
    ...repo,
    name: hostile,
    head_sha: pull.head.sha,
    conclusion: 'failure',
    output: { title: hostile, summary: hostile, text: hostile },
  });
  await it.sandbox.idle();
  const run = it.sandbox.read.runs('acme/shop')[0];
  const job = it.sandbox.read.attempt(run?.id ?? 0).jobs[0];
  const pages = [
    '/',
    '/acme/shop',
    '/acme/shop/pull/1',
    `/acme/shop/runs/${data.id}`,
    `/acme/shop/actions/runs/${run?.id}`,
    `/acme/shop/actions/runs/${run?.id}/job/${job?.id}`,
  ];
  for (const path of pages) {
    const text = await look(it, path);
    assert.doesNotMatch(text, /<script>alert/, path);
    assert.doesNotMatch(text, /<[^>]*\sonerror=/, path);
    assert.doesNotMatch(text, /href="javascript:/i, path);
  }
});

test('comments show tables, fences and details as GitHub does', async () => {
  await using it = await scene();
  const pull = await withPull(it);
  it.sandbox.act.comment(
    'rita',
    pull,
    '| a |\n| --- |\n| b |\n\n<details><summary>More</summary>\n\n```sql\nSELECT 1 < 2;\n```\n\n</details>',
  );
  const text = await look(it, '/acme/shop/pull/1');
  assert.match(text, /<table>[\s\S]*<td>b<\/td>/);
  assert.match(text, /<details><summary>More<\/summary>/);
  assert.match(text, /<code class="language-sql">SELECT 1 &lt; 2;/);
});

test('the person signed in comments, edits and deletes; a reader cannot change what others wrote', async () => {
  await using it = await scene();
  const pull = await withPull(it);
  await send(it, '/acme/shop/pull/1/comments', { body: '/approve 7f3k9q2m\r\nsecond' });
  const comment = it.sandbox.read.comments(pull)[0];
  assert.equal(comment?.author.login, 'alice');
  assert.equal(comment?.body, '/approve 7f3k9q2m\nsecond');
  const asRita = { cookie: 'person=rita', referer: `${it.sandbox.url}/acme/shop/pull/1` };
  const refused = await send(it, `/acme/shop/comments/${comment?.id}/edit`, { body: 'no' }, asRita);
  assert.match(refused.headers.get('location') ?? '', /^\/acme\/shop\/pull\/1\?problem=/);
  assert.equal(comment?.body, '/approve 7f3k9q2m\nsecond');
  await send(it, `/acme/shop/comments/${comment?.id}/edit`, { body: 'changed' });
  assert.equal(comment?.body, 'changed');
  await send(it, `/acme/shop/comments/${comment?.id}/delete`, {});
  assert.equal(it.sandbox.read.comments(pull).length, 0);
});

test('nobody signed in, another site, another host name: nothing is done', async () => {
  await using it = await scene();
  const pull = await withPull(it);
  const form = { body: 'hello' };
  await send(it, '/acme/shop/pull/1/comments', form, { cookie: '' });
  const foreign = await send(it, '/acme/shop/pull/1/comments', form, { origin: 'http://evil.test' });
  assert.equal(foreign.status, 403);
  assert.equal(it.sandbox.read.comments(pull).length, 0);
});

test('the checks box names what is required and missing, and merges only what may be merged', async () => {
  await using it = await scene();
  it.sandbox.create.protect('acme/shop', 'main', [{ name: 'gate', appId: it.appId }]);
  const pull = await withPull(it);
  assert.match(await look(it, '/acme/shop/pull/1'), /Expected — waiting for status[\s\S]*Merging is blocked/);
  await send(it, '/acme/shop/pull/1/merge', {});
  assert.equal(pull.state, 'open');
  await it.octokit.rest.checks.create({
    ...repo,
    name: 'gate',
    head_sha: pull.head.sha,
    conclusion: 'success',
  });
  const text = await look(it, '/acme/shop/pull/1');
  assert.match(text, /All checks have passed/);
  assert.match(text, /Merge pull request/);
  await send(it, '/acme/shop/pull/1/merge', {});
  assert.ok(pull.mergedAt);
  assert.match(await look(it, '/acme/shop/pull/1'), /Merged by alice/);
});

test('a button on the check page sends requested_action by the person signed in', async () => {
  await using it = await scene();
  const pull = await withPull(it);
  it.sandbox.create.webhook(it.appId, { url: 'http://127.0.0.1:9/', secret: 'x' });
  const { data } = await it.octokit.rest.checks.create({
    ...repo,
    name: 'x',
    head_sha: pull.head.sha,
    conclusion: 'action_required',
    actions: [{ label: 'Approve', description: 'Approve it', identifier: 'approve:1' }],
  });
  assert.match(await look(it, `/acme/shop/runs/${data.id}`), />Approve<\/button>/);
  assert.doesNotMatch(await look(it, `/acme/shop/runs/${data.id}`, ''), />Approve<\/button>/);
  await send(it, `/acme/shop/runs/${data.id}/action`, { identifier: 'approve:1' });
  const clicked = it.sandbox.webhooks.deliveries.find((each) => each.action === 'requested_action');
  assert.equal(Reflect.get(Object(clicked?.payload.sender), 'login'), 'alice');
});

test('an open page is told when something changes', async () => {
  await using it = await scene();
  const pull = await withPull(it);
  const abort = new AbortController();
  const response = await fetch(`${it.sandbox.url}/_live`, { signal: abort.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  await reader?.read();
  it.sandbox.act.comment('rita', pull, 'hello');
  assert.match((await reader?.read())?.value ?? '', /data: changed/);
  abort.abort();
});
