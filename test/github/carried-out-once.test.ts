import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { ProbotOctokit } from 'probot';
import { appGitHub } from '../../src/github/octokit.ts';
import { receiver } from '../sandbox/help/scene.ts';

/** Octokit as the App has it in production, but for the length of its waits. */
const server = await receiver(() => 500);
const github = appGitHub(
  new ProbotOctokit({
    baseUrl: server.url.replace(/\/$/, ''),
    retry: { retryAfterBaseValue: 1 },
    throttle: { enabled: false },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  }),
);
after(() => server[Symbol.asyncDispose]());
const repository = 'acme/shop';

suite('a request that GitHub answered with 500, and may have carried out', () => {
  for (const [what, call] of [
    ['a comment is written', () => github.createComment(repository, 1, 'held')],
    ['jobs run again', () => github.rerunFailedJobs(repository, 1)],
    ['a reaction is left', () => github.react(repository, 1, '+1')],
  ] as const) {
    test(`${what}: asked once, the next reconciliation looks first`, async () => {
      const before = server.received.length;
      await assert.rejects(call(), { code: 'github-unavailable', status: 500 });
      assert.equal(server.received.length - before, 1);
    });
  }

  test('a pull request is read: asked again', async () => {
    const before = server.received.length;
    await assert.rejects(github.pullRequest(repository, 1), { code: 'github-unavailable' });
    assert.equal(server.received.length - before, 4);
  });
});
