import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createEmulator } from 'emulate';
import { App, Octokit } from 'octokit';
import { startApp } from '../../src/app/start.ts';
import { appGitHub } from '../../src/github/octokit.ts';
import { policyFile } from '../../src/github/policy-source.ts';
import { memoryLedger } from '../../src/ledger/memory.ts';
import { configWith } from './help/config.ts';
import { policyFor } from './help/stage.ts';

const appId = 12_345;
const repo = { owner: 'alice', repo: 'shop' };

const seed = {
  tokens: { 'token-of-alice': { login: 'alice', scopes: ['repo', 'user'] } },
  github: {
    users: [{ login: 'alice' }],
    repos: [{ owner: 'alice', name: 'shop', auto_init: true }],
    apps: [
      {
        app_id: appId,
        slug: 'jit-approval',
        name: 'JIT Approval',
        permissions: {
          actions: 'write',
          checks: 'write',
          contents: 'read',
          issues: 'write',
          metadata: 'read',
          pull_requests: 'write',
        },
        events: ['pull_request', 'issue_comment'],
        installations: [{ installation_id: 100, account: 'alice', repository_selection: 'all' }],
      },
    ],
  },
};

/** Stops waiting for what never comes; nothing is measured by it. */
const patienceMs = 20_000;

/**
 * The App against a GitHub that was not written here: what both must agree on. emulate 0.12.2 leaves out the
 * app of a check run, `/app/hook/deliveries`, `/installation/repositories` and reactions, so recognising our own
 * check runs, lost deliveries and discovery are tested against the sandbox alone.
 */
suite('the App against the GitHub of emulate', () => {
  test('JWT, installation token, policy file, check run, a signed webhook, a comment', async () => {
    const github = await createEmulator({ service: 'github', port: 0, seed });
    const ledger = memoryLedger();
    const config = configWith({
      appId,
      privateKey: github.generatedSecrets.find(({ kind }) => kind === 'github.app_private_key')?.value ?? '',
      apiUrl: github.url,
    });
    const app = await startApp(config, { ledger });
    const alice = new Octokit({ auth: 'token-of-alice', baseUrl: github.url, throttle: { enabled: false } });
    try {
      await alice.request('POST /repos/{owner}/{repo}/hooks', {
        ...repo,
        events: ['pull_request', 'issue_comment'],
        config: { url: app.webhookUrl, secret: config.webhookSecret, content_type: 'json' },
      });
      await commit(alice, 'main', policyFile, policyFor(appId));
      const pull = await openPull(alice);
      const gate = await eventually(async () => {
        const answer = await alice.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
          ...repo,
          ref: pull.head.sha,
        });
        return answer.data.check_runs.find(({ name }) => name === 'JIT approval: main');
      });
      assert.equal(gate.status, 'in_progress');
      assert.match(gate.output.text ?? '', new RegExp(`"pullRequest":${pull.number},"base":"main"`));

      // emulate's issue_comment does not say that an issue is a pull request, so no command can arrive there
      const bot = appGitHub(await installation(config));
      const comment = await bot.createComment('alice/shop', pull.number, 'A comment by the App');
      assert.equal(await bot.updateComment('alice/shop', comment, 'The same, edited'), true);
      const [found] = await bot.comments('alice/shop', pull.number);
      assert.deepEqual([found?.author, found?.authorType], ['jit-approval[bot]', 'Bot']);
      assert.equal(found?.body, 'The same, edited');
    } finally {
      await app.close();
      await github.close();
    }
  });
});

const never = () => false;

function installation({ privateKey, apiUrl }: { privateKey: string; apiUrl: string }): Promise<Octokit> {
  const options = {
    baseUrl: apiUrl,
    throttle: { enabled: false, onRateLimit: never, onSecondaryRateLimit: never },
  };
  return new App({ appId, privateKey, Octokit: Octokit.defaults(options) }).getInstallationOctokit(100);
}

async function commit(octokit: Octokit, branch: string, path: string, text: string): Promise<void> {
  await octokit.request('PUT /repos/{owner}/{repo}/contents/{path}', {
    ...repo,
    path,
    branch,
    message: 'Change',
    content: Buffer.from(text).toString('base64'),
  });
}

async function openPull(octokit: Octokit) {
  const { data } = await octokit.request('GET /repos/{owner}/{repo}/git/ref/{ref}', {
    ...repo,
    ref: 'heads/main',
  });
  await octokit.request('POST /repos/{owner}/{repo}/git/refs', {
    ...repo,
    ref: 'refs/heads/feature',
    sha: data.object.sha,
  });
  await commit(octokit, 'feature', 'a.txt', 'a');
  const pull = { ...repo, title: 'Change', head: 'feature', base: 'main' };
  return (await octokit.request('POST /repos/{owner}/{repo}/pulls', pull)).data;
}

/** emulate tells nobody when it is done: asks it until it shows what is looked for. */
async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + patienceMs;
  while (Date.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing was found within ${patienceMs} ms`);
}
