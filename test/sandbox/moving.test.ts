import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refused } from './help/refused.ts';
import { octokitFor, scene } from './help/scene.ts';

const old = { owner: 'acme', repo: 'shop' };

test('what asks for the old name of a repository is redirected, reads and writes', async () => {
  await using it = await scene();
  const { act, create, url } = it.sandbox;
  await act.push('acme/shop', 'wanda', { branch: 'topic', files: { a: 'a' } });
  const pull = await act.openPull('acme/shop', 'wanda', { head: 'topic', title: 'Topic' });
  act.renameRepository('olga', 'acme/shop', 'store');
  const { data } = await it.octokit.rest.pulls.get({ ...old, pull_number: 1 });
  assert.equal(data.base.repo.full_name, 'acme/store');
  await it.octokit.rest.issues.createComment({ ...old, issue_number: 1, body: 'hello' });
  assert.deepEqual(
    it.sandbox.read.comments(pull).map(({ body }) => body),
    ['hello'],
  );
  const headers = { authorization: `token ${create.token('rita')}` };
  const answer = await fetch(`${it.sandbox.apiUrl}/repos/acme/shop/pulls?state=all`, {
    headers,
    redirect: 'manual',
  });
  assert.equal(answer.status, 301);
  const { id } = pull.repository;
  assert.equal(answer.headers.get('location'), `${it.sandbox.apiUrl}/repositories/${id}/pulls?state=all`);
  const page = await fetch(`${url}/acme/shop/pull/1`, { redirect: 'manual' });
  assert.deepEqual([page.status, page.headers.get('location')], [301, '/acme/store/pull/1']);
  assert.deepEqual(it.sandbox.violations, []);
});

test('who may not see a renamed repository learns nothing of it, and an old name that is taken is no redirect', async () => {
  await using it = await scene();
  const { act, create } = it.sandbox;
  assert.throws(() => act.renameRepository('alice', 'acme/shop', 'store'), /push access/);
  act.renameRepository('olga', 'acme/shop', 'store');
  const stranger = octokitFor(it.sandbox, create.token('mallory'));
  await refused(stranger.rest.repos.get(old), 404, /Not Found/);
  await create.repository('acme/shop', { files: { 'README.md': 'another\n' } });
  const { data } = await it.octokit.rest.repos.get(old);
  assert.equal(data.full_name, 'acme/shop');
  assert.throws(() => act.renameRepository('olga', 'acme/store', 'shop'), /exists already/);
});

test('a transferred repository is seen by installations of its new owner alone', async () => {
  await using it = await scene();
  const { act, create } = it.sandbox;
  create.organization('beta', { olga: 'admin' });
  const there = create.installation(it.appId, 'beta');
  act.transferRepository('olga', 'acme/shop', 'beta');
  await refused(it.octokit.rest.repos.get(old), 404, /Not Found/);
  const octokit = await it.app.getInstallationOctokit(there);
  const { data } = await octokit.request('GET /repos/{owner}/{repo}', old);
  assert.equal(data.full_name, 'beta/shop');
  assert.deepEqual(it.sandbox.violations, []);
});
