import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { suite, test } from 'node:test';
import { createNodeMiddleware, Probot } from 'probot';
import { webhookHandler, webhooksPath } from '../../../src/app/http/webhooks.ts';
import { startServer } from '../../../src/app/server.ts';
import { quiet } from '../help/desk.ts';
import { testKey } from '../help/key.ts';

const [now, before] = ['the secret of now', 'the secret of before'];
const payload = JSON.stringify({ action: 'created', text: 'é' });

function signed(body: string, secret: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'x-github-event': 'ping',
    'x-github-delivery': '5ee6a5d0-0000-4000-8000-000000000001',
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
}

interface Received {
  readonly url: string;
  readonly seen: unknown[];
  readonly counted: string[];
}

async function withHook(use: (received: Received) => Promise<void>): Promise<void> {
  const seen: unknown[] = [];
  const counted: string[] = [];
  const probotWith = (secret: string) =>
    new Probot({ appId: 1, privateKey: testKey, githubToken: 'none', secret, log: quiet }).ready();
  const [probot, older] = await Promise.all([probotWith(now), probotWith(before)]);
  const middleware = await createNodeMiddleware(
    (app) => app.onAny((context) => void seen.push(Reflect.get(context, 'payload'))),
    { probot, webhooksPath },
  );
  const handler = webhookHandler({
    signers: [probot.webhooks, older.webhooks],
    middleware,
    log: quiet,
    counted: (event, outcome) => counted.push(`${event} ${outcome}`),
  });
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    routes: { [webhooksPath]: handler },
    log: quiet,
  });
  try {
    await use({ url: `${server.url}${webhooksPath}`, seen, counted });
  } finally {
    await server.close();
  }
}

function post(url: string, headers: Record<string, string>, body: string): Promise<Response> {
  return fetch(url, { method: 'POST', headers, body });
}

suite('deliveries', () => {
  test('signed with either secret they are handed on whole', async () => {
    await withHook(async ({ url, seen, counted }) => {
      for (const secret of [now, before]) {
        assert.equal((await post(url, signed(payload, secret), payload)).status, 200);
      }
      assert.deepEqual(seen, [JSON.parse(payload), JSON.parse(payload)]);
      assert.deepEqual(counted, ['ping taken', 'ping taken']);
    });
  });

  test('signed with neither, or changed on the way, they are refused and nobody sees them', async () => {
    await withHook(async ({ url, seen, counted }) => {
      assert.equal((await post(url, signed(payload, 'development'), payload)).status, 400);
      assert.equal((await post(url, signed(payload, now), `${payload} `)).status, 400);
      assert.deepEqual(seen, []);
      assert.deepEqual(counted, ['unverified refused', 'unverified refused']);
    });
  });

  test('the signature is looked at before the body is parsed', async () => {
    await withHook(async ({ url }) => {
      const broken = '{"not json';
      const stranger = await post(url, signed(broken, 'guessed'), broken);
      assert.match(await stranger.text(), /signature does not fit/);
      const github = await post(url, signed(broken, now), broken);
      assert.equal(github.status, 400);
      assert.match(await github.text(), /Invalid JSON/);
    });
  });

  for (const [without, expected] of [
    ['x-hub-signature-256', /X-Hub-Signature-256/],
    ['x-github-event', /X-GitHub-Event/],
    ['x-github-delivery', /X-GitHub-Delivery/],
    ['content-type', /application\/json/],
  ] as const) {
    test(`without ${without} nothing is read`, async () => {
      await withHook(async ({ url, seen }) => {
        const { [without]: _left, ...headers } = signed(payload, now);
        const answer = await post(url, headers, payload);
        assert.equal(answer.status, 400);
        assert.match(await answer.text(), expected);
        assert.deepEqual(seen, []);
      });
    });
  }

  for (const [how, length] of [
    ['that says so', { 'content-length': String(26 * 1024 * 1024) }],
    ['that does not say so', { 'transfer-encoding': 'chunked' }],
  ] as const) {
    test(`a body above 25 MB ${how} is refused with 413 and not read to its end`, async () => {
      await withHook(async ({ url, seen }) => {
        const status = await new Promise<number | undefined>((resolve, reject) => {
          const headers = { ...signed('', now), ...length };
          const request = httpRequest(url, { method: 'POST', headers }, (response) => {
            resolve(response.statusCode);
            request.destroy();
          });
          request.on('error', reject);
          const megabyte = Buffer.alloc(1024 * 1024, 'x');
          for (let index = 0; index < 26; index++) request.write(megabyte);
        });
        assert.equal(status, 413);
        assert.deepEqual(seen, []);
      });
    });
  }
});
