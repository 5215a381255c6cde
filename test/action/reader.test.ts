import assert from 'node:assert/strict';
import { afterEach, beforeEach, suite, test } from 'node:test';
import nock from 'nock';
import { jobOctokit } from '../../src/action/reader.ts';
import { commentReader } from '../../src/github/comment-reader.ts';
import { etagCache } from '../../src/github/etag.ts';
import { githubReader } from '../../src/github/octokit.ts';

/** What a job does that reads: REST, then GraphQL, each answered once by the server that it must ask. */
async function asksBoth(environment: Record<string, string>, rest: string, graphql: string): Promise<void> {
  const path = (url: string) => [new URL(url).origin, new URL(url).pathname] as const;
  const [restHost, restPath] = path(`${rest}/repos/acme/shop/branches/main`);
  const [graphqlHost, graphqlPath] = path(graphql);
  nock(restHost).get(restPath).reply(404, { message: 'Branch not found' });
  nock(graphqlHost)
    .post(graphqlPath)
    .reply(200, { data: { nodes: [{ id: 'one', includesCreatedEdit: false }] } });
  const octokit = jobOctokit({ JIT_INPUT_GITHUB_TOKEN: 'ghs_secret', ...environment }, 1);
  assert.ok(octokit !== null);
  const file = githubReader(octokit).fileAtBranch('acme/shop', 'main', 'x');
  await assert.rejects(file, { code: 'github-not-found' });
  const reader = commentReader(octokit, etagCache(), () => 0);
  assert.deepEqual([...(await reader.untouched(['one']))], ['one']);
}

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

  test("asks the job's own server, for GraphQL too, and never another one", async () => {
    const enterprise = 'https://github.acme.example/api/v3';
    await asksBoth({ GITHUB_API_URL: enterprise }, enterprise, 'https://github.acme.example/api/graphql');
    const resident = 'https://api.acme.ghe.example';
    await asksBoth({ GITHUB_API_URL: resident }, resident, 'https://api.acme.ghe.example/graphql');
    const elsewhere = 'https://proxy.acme.example:8443/gh/graphql';
    await asksBoth({ GITHUB_API_URL: enterprise, GITHUB_GRAPHQL_URL: elsewhere }, enterprise, elsewhere);
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
