import assert from 'node:assert/strict';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { getOctokit } from '@actions/github';
import nock from 'nock';
import { actionId, fingerprint } from '../../src/approval/fingerprint.ts';
import { commentReader } from '../../src/github/comment-reader.ts';
import { commentSource } from '../../src/github/comment-source.ts';
import { etagCache } from '../../src/github/etag.ts';
import { asks, deleteSeven, head1, hour, requirement } from '../approval/story.ts';

const api = 'https://api.github.example';
const id = actionId(fingerprint(deleteSeven), 26);
const hold = { id, fingerprint: fingerprint(deleteSeven), form: deleteSeven, reason: 'because' };
const written = Date.parse('2026-01-01T00:00:00Z');
const date = { date: new Date(written + 60_000).toUTCString() };
const path = (rest: string) => `/repos/acme/shop/${rest}`;

/** The runner's own clock is two days ahead. */
function source() {
  const reader = commentReader(
    getOctokit('ghs_secret', { baseUrl: api }),
    etagCache(),
    () => written + 48 * hour,
  );
  return commentSource({
    reader,
    repository: 'acme/shop',
    pullRequest: 7,
    run: { runId: 100, attempt: 2, job: 'test-0-1' },
    head: head1,
    base: 'main',
    requirementsOf: asks(requirement()),
    earlier: [],
    used: new Map(),
  });
}

const comment = (over: object = {}) => ({
  id: 5,
  node_id: 'IC_5',
  body: `/approve ${id}`,
  user: { login: 'maria', id: 9, type: 'User' },
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  ...over,
});

/** Everything but the comments themselves. */
function answers({ edited = false, number = 9, type = 'User' } = {}) {
  const repo = { id: 1, full_name: 'acme/shop' };
  nock(api)
    .get(path('pulls/7'))
    .reply(
      200,
      {
        number: 7,
        state: 'open',
        title: 'Change',
        user: { login: 'alan', id: 3 },
        head: { sha: head1, ref: 'feature', repo },
        base: { ref: 'main', repo },
      },
      date,
    );
  nock(api).get(path('pulls/7/commits')).query(true).reply(200, [], date);
  nock(api)
    .post('/graphql', (body) => body.variables?.ids[0] === 'IC_5')
    .reply(200, { data: { nodes: [{ id: 'IC_5', includesCreatedEdit: edited }] } }, date);
  nock(api)
    .get(path('collaborators/maria/permission'))
    .reply(200, { permission: 'write', role_name: 'maintain', user: { id: number, type } }, date);
}

const list = (...comments: object[]) =>
  nock(api)
    .get(path('issues/7/comments'))
    .query(true)
    .reply(200, comments, { ...date, etag: '"one"' });

suite('comments as a source of decisions', () => {
  beforeEach(() => nock.disableNetConnect());
  afterEach(() => {
    assert.deepEqual(nock.pendingMocks(), []);
    nock.cleanAll();
    nock.enableNetConnect();
  });

  test("a comment by somebody with the role is a grant, and GitHub's clock says whether it has expired", async () => {
    answers();
    list(comment());
    const found = await source().find(hold);
    assert.equal(found.kind === 'granted' && found.grant.by.join(), 'maria');
  });

  test('an edit that left no trace in updated_at is seen in GraphQL, and said', async () => {
    answers({ edited: true });
    list(comment());
    const found = await source().find(hold);
    assert.match(
      found.kind === 'none' ? (found.problem ?? '') : found.kind,
      /of maria does not count: it was edited/,
    );
  });

  test('a comment that was changed later does not count, whatever GraphQL says', async () => {
    answers();
    list(comment({ updated_at: '2026-01-01T00:00:30Z' }));
    assert.equal((await source().find(hold)).kind, 'none');
  });

  test('who has the login now is not who wrote, if the numbers differ', async () => {
    answers({ number: 10 });
    list(comment());
    assert.equal((await source().find(hold)).kind, 'none');
  });

  test('what is written through an App does not count', async () => {
    answers();
    list(comment({ performed_via_github_app: { id: 12 } }));
    assert.equal((await source().find(hold)).kind, 'none');
  });

  for (const [what, message, problem] of [
    [
      'without the permission the hold says which one is missing',
      'Resource not accessible by integration',
      /needs `pull-requests: read`/,
    ],
    [
      'a limit of GitHub is no missing permission',
      'You have exceeded a secondary rate limit.',
      /^approvals could not be read: GitHub, .*: status 403: You have exceeded/,
    ],
  ] as const) {
    test(what, async () => {
      nock(api).get(path('pulls/7')).reply(403, { message });
      nock(api).get(path('pulls/7/commits')).query(true).reply(403, { message });
      nock(api).get(path('issues/7/comments')).query(true).reply(403, { message });
      const found = await source().find(hold);
      assert.match(found.kind === 'none' ? (found.problem ?? '') : found.kind, problem);
    });
  }

  test('read again by its ETag, an unchanged list asks nobody anew', async () => {
    answers();
    list(comment());
    const decisions = source();
    assert.equal((await (await decisions.reread())(hold)).kind, 'granted');
    nock(api)
      .get(path('pulls/7'))
      .reply(200, {
        number: 7,
        state: 'closed',
        title: 'Change',
        user: null,
        head: { sha: head1, ref: 'feature', repo: null },
        base: { ref: 'main', repo: { id: 1, full_name: 'acme/shop' } },
      });
    nock(api).get(path('pulls/7/commits')).query(true).reply(200, [], date);
    nock(api)
      .get(path('issues/7/comments'))
      .query(true)
      .matchHeader('if-none-match', '"one"')
      .reply(304, undefined, date);
    const found = await (await decisions.reread())(hold);
    assert.match(found.kind === 'none' ? (found.problem ?? '') : found.kind, /pull request is closed/);
  });
});
