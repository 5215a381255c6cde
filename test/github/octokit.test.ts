import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Octokit } from 'octokit';
import { GitHubError } from '../../src/github/client.ts';
import { etagCache, rememberEtags } from '../../src/github/etag.ts';
import { appGitHub, githubReader } from '../../src/github/octokit.ts';
import type { CheckWrite } from '../../src/github/port.ts';
import { octokitFor, type Scene, scene } from '../sandbox/help/scene.ts';

const repository = 'acme/shop';

function check(over: Partial<CheckWrite> = {}): CheckWrite {
  return {
    name: 'JIT approval: main',
    status: 'completed',
    conclusion: 'success',
    externalId: 'done',
    unfinishedExternalId: 'unfinished',
    title: 'Title',
    summary: 'Summary',
    text: 'Text',
    actions: [],
    annotations: [],
    ...over,
  };
}

suite('GitHub through Octokit', () => {
  let stage: Scene;
  let head: string;
  const github = () => appGitHub(stage.octokit);

  before(async () => {
    stage = await scene({ files: { '.github/jit-approval.yml': 'version: 1\n' } });
    head = await stage.sandbox.act.push(repository, 'wanda', {
      branch: 'feature/x',
      from: 'main',
      files: { 'a.txt': 'a' },
    });
  });
  after(() => stage.sandbox.close());

  test('a file at the tip of a branch comes with its blob and commit', async () => {
    const file = await github().fileAtBranch(repository, 'feature/x', '.github/jit-approval.yml');
    assert.equal(file?.text, 'version: 1\n');
    assert.equal(file?.commit, head);
    assert.match(file?.blob ?? '', /^[0-9a-f]{40}$/);
  });

  test('a file that is not there is null, a branch that is not there is an error', async () => {
    assert.equal(await github().fileAtBranch(repository, 'main', 'no/such.yml'), null);
    await assert.rejects(github().fileAtBranch(repository, 'gone', 'a.txt'), { code: 'github-not-found' });
    await assert.rejects(github().fileAtBranch(repository, 'main', '.github'), { code: 'github-file' });
  });

  test('check runs of every page are listed, superseded ones too, of the App asked for alone', async () => {
    const titles = Array.from({ length: 103 }, (_, index) => `${index}`);
    await Promise.all(titles.map((title) => github().createCheckRun(repository, head, check({ title }))));
    const runs = await github().checkRuns(repository, head, stage.appId, 'JIT approval');
    assert.equal(runs.length, 103);
    assert.deepEqual(await github().checkRuns(repository, head, stage.appId, 'Other'), []);
    assert.deepEqual(await github().checkRuns(repository, head, stage.appId + 1, 'JIT'), []);
  });

  test('a hundred and one annotations go in batches, and only the last request says that it is done', async () => {
    const annotations = Array.from({ length: 101 }, (_, index) => ({
      path: 'a.txt',
      start_line: index + 1,
      end_line: index + 1,
      annotation_level: 'notice' as const,
      message: `line ${index + 1}`,
    }));
    const seen: unknown[] = [];
    stage.octokit.hook.before('request', (options) => {
      if (options.url.endsWith('check-runs') || options.method === 'PATCH') seen.push(options.external_id);
    });
    const id = await github().createCheckRun(
      repository,
      head,
      check({ name: 'JIT approval / x', annotations }),
    );
    const [shown] = await github().checkRuns(repository, head, stage.appId, 'JIT approval / x');
    assert.equal(shown?.id, id);
    assert.equal(shown?.annotations, 101);
    assert.deepEqual(seen.slice(0, 3), ['unfinished', 'unfinished', 'done']);
    assert.equal(shown?.externalId, 'done');
  });

  test('a role is what GitHub says now, and a stranger has none', async () => {
    assert.deepEqual(
      await Promise.all(
        ['alice', 'wanda', 'rita'].map(async (who) => (await github().permission(repository, who)).roleName),
      ),
      ['maintain', 'write', 'read'],
    );
    const nobody = await github().permission(repository, 'mallory');
    assert.equal(nobody.roleName, null);
    assert.equal((await github().permission(repository, 'no-such-person')).type, 'Unknown');
  });

  test('team members are those of the team, and an unknown team has none', async () => {
    stage.sandbox.create.team('acme', 'data', { members: ['rita'] });
    assert.equal(await github().inTeam('acme', 'data', 'rita'), true);
    assert.equal(await github().inTeam('acme', 'data', 'alice'), false);
    assert.equal(await github().inTeam('acme', 'nothing', 'rita'), false);
  });

  test("a refusal keeps GitHub's own words", async () => {
    const token = stage.sandbox.create.jobToken(repository, { contents: 'read' });
    const reader = githubReader(octokitFor(stage.sandbox, token));
    await assert.rejects(reader.checkRuns(repository, head, stage.appId, 'JIT'), (thrown) => {
      assert.ok(thrown instanceof GitHubError);
      assert.deepEqual([thrown.status, thrown.code], [403, 'github-forbidden']);
      assert.match(thrown.message, /Resource not accessible by integration/);
      return true;
    });
  });

  test('what did not change is answered by 304 and is the same', async () => {
    const octokit: Octokit = octokitFor(
      stage.sandbox,
      stage.sandbox.create.installationToken(stage.installationId),
    );
    const statuses: number[] = [];
    octokit.hook.after('request', (answer) => void statuses.push(answer.status));
    octokit.hook.error('request', (thrown) => {
      if ('status' in thrown) statuses.push(thrown.status);
      throw thrown;
    });
    rememberEtags(octokit, etagCache(), 'one');
    const port = appGitHub(octokit);
    const first = await port.checkRuns(repository, head, stage.appId, 'JIT');
    const second = await port.checkRuns(repository, head, stage.appId, 'JIT');
    assert.deepEqual(second, first);
    assert.deepEqual(statuses, [200, 200, 304, 304]);
    await github().createCheckRun(repository, head, check({ name: 'JIT approval: later' }));
    assert.equal((await port.checkRuns(repository, head, stage.appId, 'JIT')).length, first.length + 1);
  });

  test('no request was one that GitHub does not know', () => {
    assert.deepEqual(stage.sandbox.violations, []);
  });
});
