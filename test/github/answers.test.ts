import assert from 'node:assert/strict';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { getOctokit } from '@actions/github';
import nock from 'nock';
import { githubReader } from '../../src/github/octokit.ts';

/** What GitHub may answer when it does not answer well, each a sentence for whoever reads the log. */
const api = 'https://api.github.example';
const reader = () => githubReader(getOctokit('ghs_secret', { baseUrl: api }));
const branch = '/repos/acme/shop/branches/main';

suite('answers of GitHub that are no answer', () => {
  beforeEach(() => nock.disableNetConnect());
  afterEach(() => {
    assert.deepEqual(nock.pendingMocks(), []);
    nock.cleanAll();
    nock.enableNetConnect();
  });

  const file = () => reader().fileAtBranch('acme/shop', 'main', '.github/jit-approval.yml');

  const cases: [string, number, nock.Body, string, RegExp][] = [
    [
      'a token without the permission',
      403,
      { message: 'Resource not accessible by integration' },
      'github-forbidden',
      /Resource not accessible/,
    ],
    ['a token that has ended', 401, { message: 'Bad credentials' }, 'github-forbidden', /Bad credentials/],
    ['a server that is broken', 500, 'oops', 'github-unavailable', /500/],
    ['an answer of another form', 200, { name: 'main' }, 'github-unexpected', /branches/],
  ];
  for (const [what, status, body, code, message] of cases) {
    test(`${what} is an error with a code, and names no token`, async () => {
      nock(api).get(branch).reply(status, body);
      await assert.rejects(file(), (error: Error & { code?: string }) => {
        assert.equal(error.code, code);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /ghs_secret/);
        return true;
      });
    });
  }

  test('a list is read to its last page', async () => {
    const url = '/repos/acme/shop/commits/abc/check-runs';
    const run = (id: number) => ({
      id,
      name: 'JIT approval: main',
      head_sha: 'a'.repeat(40),
      app: { id: 7 },
      status: 'completed',
      conclusion: 'success',
      external_id: '',
      output: { title: null, summary: null, text: null, annotations_count: 0 },
    });
    const next = { link: `<${api}${url}?page=2>; rel="next"` };
    nock(api)
      .get(url)
      .query(true)
      .reply(200, { total_count: 2, check_runs: [run(1)] }, next);
    nock(api)
      .get(url)
      .query({ page: '2' })
      .reply(200, { total_count: 2, check_runs: [run(2)] });
    const runs = await reader().checkRuns('acme/shop', 'abc', 7, 'JIT approval');
    assert.deepEqual(
      runs.map(({ id }) => id),
      [1, 2],
    );
  });
});
