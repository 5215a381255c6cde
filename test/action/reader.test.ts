import assert from 'node:assert/strict';
import { afterEach, beforeEach, suite, test } from 'node:test';
import nock from 'nock';
import { jobOctokit } from '../../src/action/reader.ts';
import { githubReader } from '../../src/github/octokit.ts';

const api = 'https://api.github.example';
const sha = 'a'.repeat(40);
const branch = '/repos/acme/shop/branches/main';
const contents = `/repos/acme/shop/contents/.github%2Fjit-approval.yml`;

/** The policy as a job reads it; pauses last a thousandth of what they last on a runner. */
function policy() {
  const octokit = jobOctokit({ JIT_INPUT_GITHUB_TOKEN: 'ghs_secret', GITHUB_API_URL: api }, 1);
  assert.ok(octokit !== null);
  return githubReader(octokit).fileAtBranch('acme/shop', 'main', '.github/jit-approval.yml');
}

function answersFile(): void {
  nock(api)
    .get(contents)
    .query({ ref: sha })
    .reply(200, {
      type: 'file',
      encoding: 'base64',
      content: Buffer.from('version: 1\n').toString('base64'),
      sha: 'b'.repeat(40),
    });
}
const answersBranch = () => nock(api).get(branch).reply(200, { commit: { sha } });

suite('a job that reads its policy', () => {
  beforeEach(() => nock.disableNetConnect());
  afterEach(() => {
    assert.deepEqual(nock.pendingMocks(), []);
    nock.cleanAll();
    nock.enableNetConnect();
  });

  test('asks again where GitHub is broken for a moment', async () => {
    nock(api).get(branch).reply(502, 'bad gateway');
    nock(api).get(branch).reply(503, { message: 'unavailable' });
    answersBranch();
    nock(api).get(contents).query({ ref: sha }).reply(500, 'oops');
    answersFile();
    assert.equal((await policy())?.text, 'version: 1\n');
  });

  test('gives up after three more times, and says what was met', async () => {
    nock(api).get(branch).times(4).reply(503, { message: 'unavailable' });
    await assert.rejects(policy(), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'github-unavailable');
      assert.match(error.message, /503/);
      assert.doesNotMatch(error.message, /ghs_secret/);
      return true;
    });
  });

  test('waits at a secondary limit, as long as GitHub says', async () => {
    const words = { message: 'You have exceeded a secondary rate limit. Please wait a few minutes.' };
    nock(api).get(branch).reply(403, words, { 'retry-after': '7' });
    answersBranch();
    answersFile();
    assert.equal((await policy())?.text, 'version: 1\n');
  });

  test('does not wait longer than a minute, and asks nothing twice that was refused', async () => {
    const words = { message: 'You have exceeded a secondary rate limit. Please wait a few minutes.' };
    nock(api).get(branch).reply(403, words, { 'retry-after': '61' });
    await assert.rejects(policy(), { code: 'github-forbidden' });
    nock(api).get(branch).reply(403, { message: 'Resource not accessible by integration' });
    await assert.rejects(policy(), { code: 'github-forbidden' });
    nock(api).get(branch).reply(404, { message: 'Not Found' });
    await assert.rejects(policy(), { code: 'github-not-found' });
  });
});
