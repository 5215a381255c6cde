import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { refused } from './help/refused.ts';
import { octokitFor, scene } from './help/scene.ts';

const repo = { owner: 'acme', repo: 'shop' };

test('a pull request is a real merge of real commits', async () => {
  await using it = await scene();
  await it.sandbox.act.push('acme/shop', 'wanda', { branch: 'topic', files: { 'a.txt': 'a\n' } });
  await it.sandbox.act.openPull('acme/shop', 'wanda', { head: 'topic', title: 'Topic' });
  const { data } = await it.octokit.rest.pulls.get({ ...repo, pull_number: 1 });
  assert.equal(data.mergeable, true);
  const merge = await it.octokit.rest.repos.getCommit({ ...repo, ref: data.merge_commit_sha ?? '' });
  assert.deepEqual(
    merge.data.parents.map((each) => each.sha),
    [data.base.sha, data.head.sha],
  );
  const files = await it.octokit.rest.pulls.listFiles({ ...repo, pull_number: 1 });
  assert.deepEqual(
    files.data.map((each) => [each.filename, each.status, each.additions]),
    [['a.txt', 'added', 1]],
  );
});

test('both sides changed: without a conflict it merges, with one it is dirty', async () => {
  await using it = await scene({ files: { 'a.txt': 'one\ntwo\nthree\nfour\nfive\n' } });
  const { act } = it.sandbox;
  await act.push('acme/shop', 'wanda', {
    branch: 'last',
    files: { 'a.txt': 'one\ntwo\nthree\nfour\nFIVE\n' },
  });
  await act.push('acme/shop', 'wanda', {
    branch: 'first',
    files: { 'a.txt': 'ONE\ntwo\nthree\nfour\nfive\n' },
  });
  await act.push('acme/shop', 'wanda', {
    branch: 'clash',
    files: { 'a.txt': 'EINS\ntwo\nthree\nfour\nfive\n' },
  });
  const last = await act.openPull('acme/shop', 'wanda', { head: 'last', title: 'Last' });
  const first = await act.openPull('acme/shop', 'wanda', { head: 'first', title: 'First' });
  const clash = await act.openPull('acme/shop', 'wanda', { head: 'clash', title: 'Clash' });
  await act.mergePull('alice', last);
  await act.mergePull('alice', first);
  assert.equal(await it.sandbox.read.file('acme/shop', 'main', 'a.txt'), 'ONE\ntwo\nthree\nfour\nFIVE\n');
  assert.equal(it.sandbox.read.mergeState(clash), 'dirty');
  await refused(it.octokit.rest.pulls.get({ ...repo, pull_number: 9 }), 404, /Not Found/);
});

test('a merge leaves nothing outside the folder of the sandbox, not even while it is made', async (t) => {
  await using it = await scene();
  await it.sandbox.act.push('acme/shop', 'wanda', { branch: 'topic', files: { 'a.txt': 'a\n' } });
  const { TMPDIR } = process.env;
  t.after(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  });
  process.env.TMPDIR = path.join(it.sandbox.world.folder, 'nobody-may-write-here');
  const pull = await it.sandbox.act.openPull('acme/shop', 'wanda', { head: 'topic', title: 'Topic' });
  assert.notEqual(pull.mergeSha, null);
  const left = readdirSync(it.sandbox.world.folder).filter((name) => !name.endsWith('.git'));
  assert.deepEqual(left, []);
});

test('a commit of a fork is found by asking the fork, not the base', async () => {
  await using it = await scene();
  await it.sandbox.create.repository('acme/open', { private: false });
  await it.sandbox.create.fork('acme/open', 'mallory');
  await it.sandbox.act.push('mallory/open', 'mallory', { branch: 'topic', files: { a: 'a' } });
  const pull = await it.sandbox.act.openPull('acme/open', 'mallory', {
    head: 'mallory:topic',
    title: 'From a fork',
  });
  const atBase = { owner: 'acme', repo: 'open', commit_sha: pull.head.sha };
  const base = await it.octokit.rest.repos.listPullRequestsAssociatedWithCommit(atBase);
  assert.deepEqual(base.data, []);
  const shown = await it.octokit.rest.pulls.get({ owner: 'acme', repo: 'open', pull_number: 1 });
  assert.equal(shown.data.head.repo?.full_name, 'mallory/open');
  const check = await it.octokit.rest.checks.create({
    owner: 'acme',
    repo: 'open',
    name: 'x',
    head_sha: pull.head.sha,
  });
  assert.deepEqual(check.data.pull_requests, []);
});

test('a push by a reader is refused, and so is a second pull request of one branch', async () => {
  await using it = await scene();
  const { act } = it.sandbox;
  await assert.rejects(act.push('acme/shop', 'rita', { branch: 'topic', files: { a: 'a' } }), /push access/);
  await act.push('acme/shop', 'wanda', { branch: 'topic', files: { a: 'a' } });
  await act.openPull('acme/shop', 'wanda', { head: 'topic', title: 'One' });
  await assert.rejects(
    act.openPull('acme/shop', 'wanda', { head: 'topic', title: 'Two' }),
    /Validation Failed/,
  );
});

test('a required check blocks until the app that it names has passed it on the head', async () => {
  await using it = await scene();
  const { act, create, read } = it.sandbox;
  create.protect('acme/shop', 'main', [{ name: 'gate', appId: it.appId }]);
  await act.push('acme/shop', 'wanda', { branch: 'topic', files: { a: 'a' } });
  const pull = await act.openPull('acme/shop', 'wanda', { head: 'topic', title: 'Topic' });
  assert.equal(read.mergeState(pull), 'blocked');
  const other = create.app({ slug: 'other', owner: 'acme', permissions: { checks: 'write' }, events: [] });
  const forged = it.sandbox.create.installationToken(create.installation(other.id, 'acme'));
  const done = { ...repo, name: 'gate', head_sha: pull.head.sha, conclusion: 'success' } as const;
  await octokitFor(it.sandbox, forged).rest.checks.create(done);
  assert.equal(read.mergeState(pull), 'blocked');
  await assert.rejects(act.mergePull('alice', pull), /Required status check/);
  await it.octokit.rest.checks.create(done);
  assert.equal(read.mergeState(pull), 'clean');
  await act.push('acme/shop', 'wanda', { branch: 'topic', files: { a: 'b' } });
  assert.equal(read.mergeState(pull), 'blocked');
});
