import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { suite, test } from 'node:test';
import { startServer, webhooksPath } from '../../src/app/server.ts';

async function withServer(
  use: (url: string, seen: string[]) => Promise<void>,
  healthy: () => Promise<void> = async () => {},
): Promise<void> {
  const seen: string[] = [];
  const server = await startServer(
    '127.0.0.1',
    0,
    async (request, response) => {
      seen.push(String(Reflect.get(request, 'body')));
      response.writeHead(200).end('ok');
      return true;
    },
    healthy,
  );
  try {
    await use(server.url, seen);
  } finally {
    await server.close();
  }
}

suite("the App's server", () => {
  test('/healthz says ok, and that the ledger does not answer when it does not', async () => {
    await withServer(async (url) => {
      const answer = await fetch(`${url}/healthz`);
      assert.deepEqual([answer.status, await answer.text()], [200, 'ok\n']);
      assert.equal((await fetch(`${url}/healthz`, { method: 'POST' })).status, 405);
    });
    await withServer(
      async (url) => assert.equal((await fetch(`${url}/healthz`)).status, 503),
      async () => {
        throw new Error('database is locked');
      },
    );
  });

  test('a webhook is handed on whole, everything else is not found', async () => {
    await withServer(async (url, seen) => {
      const body = JSON.stringify({ text: 'é' });
      assert.equal((await fetch(`${url}${webhooksPath}`, { method: 'POST', body })).status, 200);
      assert.deepEqual(seen, [body]);
      assert.equal((await fetch(`${url}/`)).status, 404);
      assert.equal((await fetch(`${url}/probot/setup`)).status, 404);
    });
  });

  test('a body above 25 MB is refused without being read to its end', async () => {
    await withServer(async (url, seen) => {
      const megabyte = Buffer.alloc(1024 * 1024, 'x');
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const request = httpRequest(`${url}${webhooksPath}`, { method: 'POST' }, (response) => {
          resolve(response.statusCode);
          request.destroy();
        });
        request.on('error', reject);
        for (let index = 0; index < 26; index++) request.write(megabyte);
      });
      assert.equal(status, 413);
      assert.deepEqual(seen, []);
    });
  });

  test('a port that is taken is an error that names it', async () => {
    await withServer(async (url) => {
      const port = Number(new URL(url).port);
      await assert.rejects(
        startServer(
          '127.0.0.1',
          port,
          () => true,
          async () => {},
        ),
        {
          code: 'app-listen',
          message: new RegExp(`${port}.*in use`),
        },
      );
    });
  });
});
