import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operations } from '../../src/sandbox/rest/description.ts';
import { route } from '../../src/sandbox/rest/router.ts';
import { handlers } from '../../src/sandbox/rest/routes/index.ts';
import { scene } from './help/scene.ts';

const repo = { owner: 'acme', repo: 'shop' };

test('every operation of the extract is served, and nothing is served that is not in it', () => {
  assert.deepEqual(Object.keys(handlers).sort(), operations.map((each) => each.id).sort());
});

test('every operation is found by an address made from its own template', () => {
  for (const operation of operations) {
    const path = operation.path.replace(/\{([a-z_]+)\}/g, (_, name: string) => `${name}1`);
    assert.equal(route(operation.method, path)?.operation.id, operation.id, `${operation.method} ${path}`);
  }
});

test('an unknown address is 404 in the words of GitHub and is remembered as a violation', async () => {
  await using it = await scene();
  await assert.rejects(it.octokit.request('GET /repos/acme/shop/nonsense'), (error: unknown) => {
    assert.ok(error instanceof Error && 'status' in error && error.status === 404);
    return true;
  });
  assert.equal(it.sandbox.violations.length, 1);
  assert.match(it.sandbox.violations[0]?.where ?? '', /nonsense/);
});

test('what the sandbox answers agrees with the description of every operation that reads', async () => {
  await using it = await scene();
  const { sandbox, octokit, app } = it;
  await sandbox.act.push('acme/shop', 'wanda', {
    branch: 'topic',
    files: { 'a.txt': 'a\n', 'README.md': null },
  });
  const pull = await sandbox.act.openPull('acme/shop', 'wanda', { head: 'topic', title: 'Topic' });
  const comment = sandbox.act.comment('rita', pull, 'hello');
  const { rest } = octokit;
  const sha = pull.head.sha;
  await rest.reactions.createForIssueComment({ ...repo, comment_id: comment.id, content: 'eyes' });
  const check = await rest.checks.create({ ...repo, name: 'x', head_sha: sha });
  await Promise.all([
    app.octokit.rest.apps.getAuthenticated(),
    rest.apps.getBySlug({ app_slug: 'jit-approval' }),
    app.octokit.rest.apps.listInstallations(),
    app.octokit.rest.apps.getInstallation({ installation_id: it.installationId }),
    app.octokit.rest.apps.getRepoInstallation(repo),
    app.octokit.rest.apps.getOrgInstallation({ org: 'acme' }),
    rest.apps.listReposAccessibleToInstallation(),
    rest.rateLimit.get(),
    rest.repos.get(repo),
    rest.repos.getContent({ ...repo, path: 'README.md' }),
    rest.repos.getContent({ ...repo, path: '' }),
    rest.repos.listBranches(repo),
    rest.repos.getBranch({ ...repo, branch: 'main' }),
    rest.repos.getCommit({ ...repo, ref: 'topic' }),
    rest.repos.listCommits(repo),
    rest.repos.listPullRequestsAssociatedWithCommit({ ...repo, commit_sha: sha }),
    rest.repos.compareCommitsWithBasehead({ ...repo, basehead: 'main...topic' }),
    rest.repos.getCollaboratorPermissionLevel({ ...repo, username: 'alice' }),
    rest.git.getRef({ ...repo, ref: 'heads/main' }),
    rest.git.listMatchingRefs({ ...repo, ref: 'heads/ma' }),
    rest.pulls.list(repo),
    rest.pulls.get({ ...repo, pull_number: 1 }),
    rest.pulls.listFiles({ ...repo, pull_number: 1 }),
    rest.pulls.listCommits({ ...repo, pull_number: 1 }),
    rest.issues.get({ ...repo, issue_number: 1 }),
    rest.issues.listComments({ ...repo, issue_number: 1 }),
    rest.issues.listCommentsForRepo(repo),
    rest.issues.getComment({ ...repo, comment_id: comment.id }),
    rest.reactions.listForIssueComment({ ...repo, comment_id: comment.id }),
    rest.users.getByUsername({ username: 'alice' }),
    rest.orgs.get({ org: 'acme' }),
    rest.orgs.getMembershipForUser({ org: 'acme', username: 'olga' }),
    rest.checks.get({ ...repo, check_run_id: check.data.id }),
    rest.checks.listForRef({ ...repo, ref: sha }),
    rest.checks.listSuitesForRef({ ...repo, ref: sha }),
    rest.checks.listForSuite({ ...repo, check_suite_id: check.data.check_suite?.id ?? 0 }),
    rest.checks.getSuite({ ...repo, check_suite_id: check.data.check_suite?.id ?? 0 }),
  ]);
  await sandbox.idle();
  assert.deepEqual(sandbox.violations, []);
});
