import assert from 'node:assert/strict';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { getOctokit } from '@actions/github';
import nock from 'nock';
import { changedPaths } from '../../src/github/changed-paths.ts';
import { githubReader } from '../../src/github/octokit.ts';
import { scene } from '../sandbox/help/scene.ts';

const api = 'https://api.github.example';
const head = 'a'.repeat(40);
const pull = '/repos/acme/shop/pulls/7';
const files = `${pull}/files`;

const file = (filename: string, previous?: string) => ({
  filename,
  status: 'modified',
  sha: 'b'.repeat(40),
  ...(previous === undefined ? {} : { previous_filename: previous }),
});

const repository = { id: 1, full_name: 'acme/shop' };
const answersPull = (sha: string) =>
  nock(api)
    .get(pull)
    .reply(200, {
      number: 7,
      state: 'open',
      title: 'T',
      user: { login: 'octocat', id: 1 },
      head: { sha, ref: 'topic', repo: repository },
      base: { ref: 'main', repo: repository },
    });

suite('the files that a pull request changes', () => {
  beforeEach(() => nock.disableNetConnect());
  afterEach(() => {
    assert.deepEqual(nock.pendingMocks(), []);
    nock.cleanAll();
    nock.enableNetConnect();
  });

  const paths = () => changedPaths(githubReader(getOctokit('ghs_x', { baseUrl: api })), 'acme/shop', 7, head);

  test('are read to the last page, once, both names of a renamed one', async () => {
    const next = { link: `<${api}${files}?page=2>; rel="next"` };
    nock(api)
      .get(files)
      .query({ per_page: '100' })
      .reply(200, [file('a.ts'), file('b.ts', 'c.ts')], next);
    nock(api)
      .get(files)
      .query({ page: '2' })
      .reply(200, [file('c.ts')]);
    answersPull(head);
    const ask = paths();
    const expected = { known: true, value: ['a.ts', 'b.ts', 'c.ts'] };
    assert.deepEqual(await ask(), expected);
    assert.deepEqual(await ask(), expected, 'GitHub is asked once');
  });

  test('are unknown where GitHub may not have listed them all', async () => {
    for (let page = 1; page <= 30; page++) {
      const listed = Array.from({ length: 100 }, (_, index) => file(`${page}/${index}`));
      const next = page < 30 ? { link: `<${api}${files}?page=${page + 1}>; rel="next"` } : {};
      nock(api)
        .get(files)
        .query(page === 1 ? { per_page: '100' } : { page: `${page}` })
        .reply(200, listed, next);
    }
    assert.deepEqual(await paths()(), { known: false, why: 'the pull request changes 3000 files or more' });
  });

  test('are unknown where they are those of another head, or cannot be read', async () => {
    nock(api).get(files).query(true).reply(200, []);
    answersPull('c'.repeat(40));
    assert.deepEqual(await paths()(), { known: false, why: 'the pull request has got another head since' });
    nock(api).get(files).query(true).reply(403, { message: 'Resource not accessible by integration' });
    const refused = await paths()();
    assert.ok(!refused.known);
    assert.match(refused.why, /files could not be read: .*Resource not accessible/);
  });
});

test('the sandbox answers for a pull request that really changes files, until its head moves on', async (t) => {
  const stage = await scene({ files: { 'a.txt': 'a', 'b.txt': 'b' } });
  t.after(() => stage.sandbox.close());
  const { act } = stage.sandbox;
  const push = (from: string, files: Record<string, string>) =>
    act.push('acme/shop', 'wanda', { branch: 'topic', from, files });
  const first = await push('main', { 'a.txt': 'changed', 'db/1.sql': 'create' });
  const pull = await act.openPull('acme/shop', 'wanda', { head: 'topic', title: 'T' });
  const ask = () => changedPaths(githubReader(stage.octokit), 'acme/shop', pull.number, first)();
  assert.deepEqual(await ask(), { known: true, value: ['a.txt', 'db/1.sql'] });
  await push('topic', { 'c.txt': 'c' });
  assert.deepEqual(await ask(), { known: false, why: 'the pull request has got another head since' });
});
