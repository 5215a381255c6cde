import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { jobContext } from '../../src/action/job-context.ts';

const [head, merge, tip] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];

/** What a job knows of itself when this event started it. */
function contextOf(t: TestContext, eventName: string, event: object, more: Record<string, string> = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'jit-context-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'event.json');
  writeFileSync(file, JSON.stringify(event));
  return jobContext({
    GITHUB_EVENT_PATH: file,
    GITHUB_EVENT_NAME: eventName,
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_RUN_ID: '5',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_WORKSPACE: folder,
    GITHUB_SHA: tip,
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REF_NAME: 'main',
    GITHUB_REF_TYPE: 'branch',
    JIT_JOB: 'integration',
    JIT_USE: 'jit',
    ...more,
  });
}

const pullOf = (repository: string, login: string) => ({
  number: 7,
  labels: [],
  user: { login },
  head: { sha: head, ref: 'feature', repo: { full_name: repository } },
  base: { ref: 'release' },
});

describe('what a job knows of its pull request', () => {
  for (const [name, repository, login] of [
    ['of the same repository', 'acme/shop', 'alan'],
    ['of a fork', 'mallory/shop', 'mallory'],
    ['of Dependabot', 'acme/shop', 'dependabot[bot]'],
  ] as const) {
    test(name, (t) => {
      const found = contextOf(
        t,
        'pull_request',
        { pull_request: pullOf(repository, login) },
        { GITHUB_SHA: merge, GITHUB_REF: 'refs/pull/7/merge', GITHUB_REF_NAME: '7/merge' },
      );
      const { pullRequest, head: at, base } = found.run;
      assert.deepEqual([pullRequest, at, base, found.policyBranch], [7, head, 'release', 'release']);
      assert.deepEqual([found.author, found.headRepository, found.inherits], [login, repository, null]);
    });
  }
});

describe('what a job without a pull request knows', () => {
  test('a push: its branch and its commits, the tip first', (t) => {
    const found = contextOf(t, 'push', { commits: [{ id: head }, { id: merge }, { id: tip }] });
    assert.deepEqual(found.inherits, { kind: 'push', branch: 'main', commits: [tip, merge, head] });
    const { pullRequest, base } = found.run;
    assert.deepEqual([pullRequest, base, found.run.head, found.policyBranch], [null, null, tip, 'main']);
  });

  test("a merge group: the group's head, and the branch that it merges into, whose policy counts", (t) => {
    const queue = 'gh-readonly-queue/main/pr-7-0123';
    const found = contextOf(
      t,
      'merge_group',
      { merge_group: { head_sha: tip, head_ref: `refs/heads/${queue}`, base_ref: 'refs/heads/main' } },
      { GITHUB_REF: `refs/heads/${queue}`, GITHUB_REF_NAME: queue },
    );
    assert.deepEqual(found.inherits, { kind: 'merge-group', head: tip, base: 'main' });
    assert.deepEqual([found.run.base, found.policyBranch, found.run.pullRequest], ['main', 'main', null]);
  });

  for (const event of ['schedule', 'workflow_dispatch']) {
    test(`${event}: its branch's policy, and nobody's approvals`, (t) => {
      const found = contextOf(t, event, {});
      assert.deepEqual([found.inherits, found.policyBranch, found.run.pullRequest], [null, 'main', null]);
    });
  }

  test("the push of a tag: the default branch's policy, and nobody's approvals", (t) => {
    const found = contextOf(
      t,
      'push',
      { repository: { default_branch: 'trunk' }, commits: [] },
      { GITHUB_REF: 'refs/tags/v1', GITHUB_REF_NAME: 'v1', GITHUB_REF_TYPE: 'tag' },
    );
    assert.deepEqual([found.inherits, found.policyBranch], [null, 'trunk']);
  });
});
