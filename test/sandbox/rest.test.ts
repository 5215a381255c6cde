import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from './help/refused.ts';
import { octokitFor, scene } from './help/scene.ts';

const repo = { owner: 'acme', repo: 'shop' };

test('lists come in pages with links, and Octokit reads all of them', async () => {
  await using it = await scene();
  await it.sandbox.act.push('acme/shop', 'wanda', { branch: 'topic', files: { a: 'a' } });
  const pull = await it.sandbox.act.openPull('acme/shop', 'wanda', { head: 'topic', title: 'Topic' });
  for (let n = 1; n <= 45; n += 1) it.sandbox.act.comment('rita', pull, `comment ${n}`);
  const first = await it.octokit.rest.issues.listComments({ ...repo, issue_number: 1 });
  assert.equal(first.data.length, 30);
  assert.match(first.headers.link ?? '', /page=2[^>]*>; rel="next"/);
  const all = await it.octokit.paginate(it.octokit.rest.issues.listComments, {
    ...repo,
    issue_number: 1,
    per_page: 20,
  });
  assert.equal(all.length, 45);
  assert.deepEqual(it.sandbox.violations, []);
});

test('what has not changed is 304 by its ETag and costs no request', async () => {
  await using it = await scene();
  const first = await it.octokit.rest.repos.get(repo);
  const again = it.octokit.rest.repos.get({
    ...repo,
    headers: { 'if-none-match': first.headers.etag ?? '' },
  });
  await assert.rejects(
    again,
    (error: unknown) => error instanceof Error && 'status' in error && error.status === 304,
  );
  const { data } = await it.octokit.rest.rateLimit.get();
  assert.equal(data.rate.used, 2);
});

test('the hourly limit refuses with the headers that say when it ends', async () => {
  await using it = await scene();
  it.sandbox.world.rateLimit = 2;
  const octokit = octokitFor(it.sandbox, it.sandbox.create.token('alice'));
  await octokit.rest.repos.get(repo);
  await octokit.rest.repos.get(repo);
  await assert.rejects(octokit.rest.repos.get(repo), (error: unknown) => {
    assert.ok(error instanceof Error && 'response' in error);
    const { response } = error;
    assert.ok(typeof response === 'object' && response !== null && 'headers' in response);
    assert.equal(Reflect.get(Object(response.headers), 'x-ratelimit-remaining'), '0');
    return /rate limit exceeded/.test(error.message);
  });
});

test('a file comes as base64 with its blob id, or raw, at the commit that was asked for', async () => {
  await using it = await scene();
  await it.sandbox.act.push('acme/shop', 'wanda', { branch: 'topic', files: { 'docs/ü b.md': 'new\n' } });
  const asked = { ...repo, path: 'docs/ü b.md' };
  const { data } = await it.octokit.rest.repos.getContent({ ...asked, ref: 'topic' });
  assert.ok(!Array.isArray(data) && data.type === 'file' && 'content' in data);
  assert.equal(Buffer.from(data.content, 'base64').toString(), 'new\n');
  const blob = await it.octokit.rest.git.getBlob({ ...repo, file_sha: data.sha });
  assert.equal(Buffer.from(blob.data.content, 'base64').toString(), 'new\n');
  const raw = await it.octokit.rest.repos.getContent({
    ...asked,
    ref: 'topic',
    mediaType: { format: 'raw' },
  });
  assert.equal(raw.data, 'new\n');
  await refused(it.octokit.rest.repos.getContent(asked), 404, /Not Found/);
});

test('a body that the description refuses is 422 in words and is remembered', async () => {
  await using it = await scene();
  const call = it.octokit.request('POST /repos/acme/shop/check-runs', { name: 'x' });
  await refused(call, 422, /"head_sha" wasn't supplied/);
  assert.ok(it.sandbox.violations.length > 0);
});

test('what is no JSON is 400', async () => {
  await using it = await scene();
  const response = await fetch(`${it.sandbox.apiUrl}/repos/acme/shop/check-runs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${it.sandbox.create.installationToken(it.installationId)}` },
    body: '{',
  });
  assert.equal(response.status, 400);
  assert.match(await response.text(), /Problems parsing JSON/);
});

test('an unknown query parameter or property is served and remembered', async () => {
  await using it = await scene();
  await it.octokit.request('GET /repos/acme/shop/pulls?staet=all');
  assert.match(it.sandbox.violations[0]?.problem ?? '', /unknown query parameter staet/);
});
