import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { createNodeMiddleware, Probot, ProbotOctokit } from 'probot';
import { scene } from './help/scene.ts';

const repo = { owner: 'acme', repo: 'shop' };
const secret = 'a secret of this test';

test('an unchanged Probot app answers a comment through webhook, JWT, installation token and REST', async () => {
  await using it = await scene();
  const made = it.sandbox.world.apps.get(it.appId);
  const probot = new Probot({
    appId: it.appId,
    privateKey: made?.privateKey ?? '',
    secret,
    baseUrl: it.sandbox.apiUrl,
    logLevel: 'fatal',
    Octokit: ProbotOctokit.defaults({ throttle: { enabled: false }, retry: { enabled: false } }),
  });
  const middleware = await createNodeMiddleware(
    (app) => {
      app.on('issue_comment.created', async (context) => {
        if (context.isBot) return;
        await context.octokit.rest.issues.createComment(context.issue({ body: 'Seen.' }));
      });
    },
    { probot, webhooksPath: '/' },
  );
  const server = createServer((request, response) => void middleware(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const url = `http://127.0.0.1:${address.port}/`;
  it.sandbox.create.webhook(it.appId, { url, secret });
  await it.sandbox.act.push('acme/shop', 'wanda', { branch: 'topic', files: { a: 'a' } });
  const pull = await it.sandbox.act.openPull('acme/shop', 'wanda', { head: 'topic', title: 'Topic' });
  it.sandbox.act.comment('rita', pull, 'hello');
  await it.sandbox.idle();
  const { data } = await it.octokit.rest.issues.listComments({ ...repo, issue_number: 1 });
  assert.deepEqual(
    data.map((each) => [each.user?.login, each.body]),
    [
      ['rita', 'hello'],
      ['jit-approval[bot]', 'Seen.'],
    ],
  );
  it.sandbox.create.webhook(it.appId, { url, secret: 'not the secret' });
  it.sandbox.act.comment('rita', pull, 'again');
  await it.sandbox.idle();
  assert.equal(
    it.sandbox.webhooks.deliveries.findLast((each) => each.event === 'issue_comment')?.statusCode,
    400,
  );
  assert.deepEqual(it.sandbox.violations, []);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
