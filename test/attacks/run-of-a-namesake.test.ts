import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pullRequestsWithHead } from '../../src/app/pull-requests-of-run.ts';
import { GitHubError } from '../../src/github/client.ts';
import { pullRequest } from '../github/pull-request.ts';

// S10: a fork that was deleted, and another one of its name: the commit is the same, the repository is not

const sha = '1'.repeat(40);
const pull = pullRequest({ head: { sha, ref: 'feature', repository: 'mallory/shop', repositoryId: 2 } });
const lists = { pullRequestsOf: async () => [pull], openPullRequests: async () => [pull] };
const run = { headSha: sha, headRepository: 'mallory/shop', headRepositoryId: 2 };
const found = async (over: object, asked: Partial<typeof lists> = {}) =>
  (await pullRequestsWithHead({ ...lists, ...asked }, 'acme/shop', { ...run, ...over })).map(
    ({ number }) => number,
  );

test('a run of another repository with the same commit belongs to none of our pull requests', async () => {
  assert.deepEqual(await found({}), [7]);
  assert.deepEqual(await found({ headRepositoryId: 3 }), []);
  assert.deepEqual(await found({ headRepository: null, headRepositoryId: null }), []);
  assert.deepEqual(await found({ headSha: '2'.repeat(40) }), []);
});

test('nor does one of a fork that we may not see, where only our own list can be asked', async () => {
  const pullRequestsOf = async () => {
    throw new GitHubError('github-not-found', 404, '', 'Not Found', null);
  };
  assert.deepEqual(await found({}, { pullRequestsOf }), [7]);
  assert.deepEqual(await found({ headRepositoryId: 3 }, { pullRequestsOf }), []);
});
