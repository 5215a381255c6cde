import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { suite, test } from 'node:test';
import { Octokit } from 'octokit';
import { octokitClass } from '../../src/app/clients.ts';
import { GitHubError } from '../../src/github/client.ts';
import { etagCache, rememberEtags } from '../../src/github/etag.ts';
import { appCalls, appGitHub } from '../../src/github/octokit.ts';
import type { AppCalls, AppGitHub } from '../../src/github/port.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

/** A server that is GitHub for one test. */
async function withApi(answer: Answer, use: (octokit: Octokit) => Promise<void>): Promise<void> {
  const server = createServer((request, response) =>
    answer(request, response, new URL(request.url ?? '/', `http://${request.headers.host}`)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  try {
    await use(
      new Octokit({
        baseUrl: `http://127.0.0.1:${address.port}`,
        log: quiet,
        throttle: { enabled: false },
        retry: { enabled: false },
      }),
    );
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** 250 entries, 100 a page, by page number or cursor; inside an object where GitHub has one. */
function paged(entry: (index: number) => object, key: string | null): Answer {
  return (_request, response, url) => {
    const by = url.pathname === '/app/hook/deliveries' ? 'cursor' : 'page';
    const page = Number(url.searchParams.get(by) ?? 1);
    assert.equal(url.searchParams.get('per_page'), '100');
    const all = Array.from({ length: 250 }, (_, index) => entry(index));
    const shown = all.slice((page - 1) * 100, page * 100);
    url.searchParams.set(by, String(page + 1));
    const headers = {
      'content-type': 'application/json',
      ...(page < 3 && { link: `<${url.href}>; rel="next"` }),
    };
    const body = key === null ? shown : { total_count: 250, [key]: shown };
    response.writeHead(200, headers).end(JSON.stringify(body));
  };
}

const repository = { id: 1, full_name: 'acme/shop' };
const pull = (index: number) => ({
  number: index + 1,
  state: 'open',
  title: 'Change',
  user: { login: 'wanda', id: 1 },
  head: { sha: 'a', ref: 'b', repo: repository },
  base: { ref: 'main', repo: repository },
});
const run = (id: number) => ({
  id,
  event: 'pull_request',
  status: 'completed',
  conclusion: 'success',
  head_sha: 'a',
  head_repository: repository,
  repository,
  path: '.github/workflows/x.yml',
});
const comment = (id: number) => ({
  id,
  node_id: `n${id}`,
  body: 'x',
  user: { login: 'wanda', id: 1, type: 'User' },
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
});
const check = (id: number) => ({
  id,
  name: 'JIT approval: main',
  head_sha: 'a',
  status: 'completed',
  conclusion: null,
  app: { id: 7 },
  output: { title: null, summary: null, text: null, annotations_count: 0 },
});
const delivery = (id: number) => ({
  id,
  guid: `g${id}`,
  delivered_at: '2026-01-01T00:00:00Z',
  status_code: 502,
  event: 'ping',
  action: null,
});

type List = (github: AppGitHub, app: AppCalls) => Promise<readonly unknown[]>;

/** Named like lists, and none; or a list that GitHub gives whole. */
const noLists = new Set(['rerunFailedJobs', 'codeowners', 'queueBranches']);

/** Every call of the port that answers with a list. */
const lists: Readonly<Record<string, readonly [List, (index: number) => object, string | null]>> = {
  repositories: [(github) => github.repositories(), () => repository, 'repositories'],
  openPullRequests: [(github) => github.openPullRequests('acme/shop'), pull, null],
  pullRequestsOf: [(github) => github.pullRequestsOf('acme/shop', 'a'), pull, null],
  changedFiles: [
    (github) => github.changedFiles('acme/shop', 1),
    (index) => ({ filename: `f${index}`, status: 'added', sha: 'a' }),
    null,
  ],
  checkRuns: [(github) => github.checkRuns('acme/shop', 'a', 7, 'JIT'), check, 'check_runs'],
  workflowRunsOf: [(github) => github.workflowRunsOf('acme/shop', 'a'), run, 'workflow_runs'],
  jobs: [
    (github) => github.jobs('acme/shop', 1),
    (id) => ({ id, name: 'j', status: 'queued', conclusion: null }),
    'jobs',
  ],
  executions: [
    (github) => github.executions('acme/shop', 1),
    (id) => ({ id, name: 'j', status: 'queued', conclusion: null }),
    'jobs',
  ],
  artifacts: [
    (github) => github.artifacts('acme/shop', 1),
    (id) => ({ id, name: 'a', size_in_bytes: 1, expired: false }),
    'artifacts',
  ],
  namedInCommits: [
    (github) => github.namedInCommits('acme/shop', 1),
    (id) => ({ author: { id, login: `u${id}` }, committer: null }),
    null,
  ],
  comments: [(github) => github.comments('acme/shop', 1), comment, null],
  installations: [(_github, app) => app.installations(), (id) => ({ id }), null],
  failedDeliveries: [(_github, app) => app.failedDeliveries('2025-12-31T00:00:00Z'), delivery, null],
};

suite('lists of GitHub', () => {
  for (const [name, [ask, entry, key]] of Object.entries(lists)) {
    test(`${name} are read to the last of three pages`, async () => {
      await withApi(paged(entry, key), async (octokit) => {
        assert.equal((await ask(appGitHub(octokit), appCalls(octokit))).length, 250);
      });
    });
  }

  test('no call of the port answers with a list that is not among these', () => {
    const octokit = new Octokit();
    const names = [...Object.keys(appGitHub(octokit)), ...Object.keys(appCalls(octokit))];
    const plural = names.filter((name) => /(s|Of)$/.test(name) && !noLists.has(name));
    assert.deepEqual(plural.sort(), Object.keys(lists).sort());
  });

  test('commits of a comparison, which is no list to GitHub, are read to the last of three pages', async () => {
    const all = Array.from({ length: 250 }, (_, index) => ({ sha: `${index}`, parents: [] }));
    const comparison: Answer = (_request, response, url) => {
      const from = (Number(url.searchParams.get('page')) - 1) * 100;
      const commits = all.slice(from, from + 100);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ total_commits: 250, commits }));
    };
    await withApi(comparison, async (octokit) => {
      assert.equal((await appGitHub(octokit).commitsAhead('acme/shop', 'main', 'a')).length, 250);
    });
  });

  test('deliveries are read no further than what is wanted', async () => {
    const asked: number[] = [];
    const falling = paged(
      (index) => ({ ...delivery(index), delivered_at: new Date(1e12 - index * 1000) }),
      null,
    );
    await withApi(
      (request, response, url) => {
        asked.push(Number(url.searchParams.get('cursor') ?? 1));
        falling(request, response, url);
      },
      async (octokit) => {
        const since = new Date(1e12 - 119_000).toISOString();
        assert.equal((await appCalls(octokit).failedDeliveries(since)).length, 120);
        assert.deepEqual(asked, [1, 2]);
      },
    );
  });
});

suite('answers kept by their ETag', () => {
  test('a full page that was the last is asked for whole: entry 101 changes nothing on it', async () => {
    let entries = 100;
    const answer: Answer = (request, response, url) => {
      const page = Number(url.searchParams.get('page') ?? 1);
      const shown = Array.from({ length: entries }, (_, id) => comment(id)).slice(
        (page - 1) * 100,
        page * 100,
      );
      const etag = `"${page}-${shown.length}"`;
      if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
      url.searchParams.set('page', '2');
      const next = page === 1 && entries > 100 ? { link: `<${url.href}>; rel="next"` } : {};
      response
        .writeHead(200, { 'content-type': 'application/json', etag, ...next })
        .end(JSON.stringify(shown));
    };
    await withApi(answer, async (octokit) => {
      rememberEtags(octokit, etagCache(), '1');
      const github = appGitHub(octokit);
      assert.equal((await github.comments('acme/shop', 1)).length, 100);
      entries = 101;
      assert.equal((await github.comments('acme/shop', 1)).length, 101);
      assert.equal((await github.comments('acme/shop', 1)).length, 101);
    });
  });

  test('what one installation was told is told to no other', async () => {
    const tags: (string | undefined)[] = [];
    const answer: Answer = (request, response) => {
      tags.push(request.headers['if-none-match']);
      response
        .writeHead(200, { 'content-type': 'application/json', etag: '"x"' })
        .end('{"default_branch":"main"}');
    };
    const cache = etagCache();
    await withApi(answer, async (one) => {
      const other = new Octokit(one.request.endpoint.DEFAULTS);
      rememberEtags(one, cache, '1');
      rememberEtags(other, cache, '2');
      for (const octokit of [one, other, one]) {
        await octokit.request('GET /repos/{owner}/{repo}', {
          owner: 'acme',
          repo: 'shop',
          baseUrl: one.request.endpoint.DEFAULTS.baseUrl,
        });
      }
      assert.deepEqual(tags, [undefined, undefined, '"x"']);
    });
  });

  test('no more bytes are kept than allowed, those asked for least recently go first', () => {
    const cache = etagCache(4000);
    const answer = (data: string) => ({ status: 200, url: '', headers: {}, data });
    for (const key of ['a', 'b', 'c']) cache.set(key, key, answer('x'.repeat(500)));
    assert.ok(cache.get('a'));
    cache.set('d', 'd', answer('x'.repeat(500)));
    assert.equal(cache.get('b'), null);
    assert.ok(cache.get('a') && cache.get('d'));
    cache.set('e', 'e', answer('x'.repeat(5000)));
    for (const key of ['a', 'b', 'c', 'd', 'e']) assert.equal(cache.get(key), null);
  });
});

suite("GitHub's limits", () => {
  const soon = Math.ceil(Date.now() / 1000) + 1800;
  for (const [what, status, headers, least, most] of [
    ['a secondary limit with retry-after', 403, { 'retry-after': '77' }, 77_000, 77_000],
    ['a secondary limit as 429', 429, { 'retry-after': '61' }, 61_000, 61_000],
    [
      'a primary limit',
      403,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${soon}` },
      1_700_000,
      1_802_000,
    ],
    [
      'a refusal for another reason',
      403,
      { 'x-ratelimit-remaining': '12', 'x-ratelimit-reset': `${soon}` },
      null,
      null,
    ],
  ] as const) {
    test(`${what} says how long to wait`, async () => {
      const answer: Answer = (_request, response) => {
        const words = JSON.stringify({ message: 'You have exceeded a secondary rate limit' });
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(words);
      };
      await withApi(answer, async (octokit) => {
        await assert.rejects(appGitHub(octokit).comments('acme/shop', 1), (thrown) => {
          assert.ok(thrown instanceof GitHubError);
          if (least === null) assert.equal(thrown.retryAfterMs, null);
          else assert.ok((thrown.retryAfterMs ?? 0) >= least && (thrown.retryAfterMs ?? 0) <= most);
          return true;
        });
      });
    });
  }

  test('the App neither waits in place for a long limit nor asks again before it ends', async () => {
    let asked = 0;
    const answer: Answer = (_request, response) => {
      asked++;
      const headers = { 'content-type': 'application/json', 'retry-after': '600' };
      response.writeHead(403, headers).end('{"message":"You have exceeded a secondary rate limit"}');
    };
    await withApi(answer, async (plain) => {
      const paced = octokitClass(true);
      const { baseUrl } = plain.request.endpoint.DEFAULTS;
      const log = { debug() {}, info() {}, warn() {}, error() {} };
      const octokit = new paced({ authStrategy: undefined, baseUrl, log });
      await assert.rejects(appGitHub(octokit).createComment('acme/shop', 1, 'x'), { retryAfterMs: 600_000 });
      assert.equal(asked, 1);
    });
  });
});
