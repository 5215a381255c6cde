import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { suite, test } from 'node:test';
import { type Handler, startServer } from '../../src/app/server.ts';
import { quiet } from './help/desk.ts';

async function withServer(
  routes: Readonly<Record<string, Handler>>,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const server = await startServer({ host: '127.0.0.1', port: 0, routes, log: quiet });
  try {
    await use(server.url);
  } finally {
    await server.close();
  }
}

const ok: Handler = (_request, response) => void response.writeHead(200).end('ok');

suite("the App's server", () => {
  test('a path is answered exactly as it is written, everything else is not found', async () => {
    await withServer({ '/one': ok }, async (url) => {
      assert.equal((await fetch(`${url}/one?with=query`)).status, 200);
      for (const path of ['/', '/probot/setup', '/one/', '/ONE', '/%6fne', '/toString', '/__proto__']) {
        assert.equal((await fetch(`${url}${path}`)).status, 404, path);
      }
    });
  });

  test('what fails inside is no business of the client', async () => {
    const failing: Handler = () => Promise.reject(new Error('password=hunter2 at ledger.ts:7'));
    await withServer({ '/one': failing }, async (url) => {
      const answer = await fetch(`${url}/one`);
      assert.deepEqual([answer.status, await answer.text()], [500, 'Internal error\n']);
    });
  });

  test('headers above 16 KiB are refused', async () => {
    await withServer({ '/one': ok }, async (url) => {
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const headers = { 'x-large': 'x'.repeat(20_000) };
        httpRequest(`${url}/one`, { headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end();
      });
      assert.equal(status, 431);
    });
  });

  test('a port that is taken is an error that names it', async () => {
    await withServer({}, async (url) => {
      const port = Number(new URL(url).port);
      await assert.rejects(startServer({ host: '127.0.0.1', port, routes: {}, log: quiet }), {
        code: 'app-listen',
        message: new RegExp(`${port}.*in use`),
      });
    });
  });
});
