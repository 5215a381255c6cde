import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { suite, type TestContext, test } from 'node:test';
import { plainFetch } from '../../src/github/plain-fetch.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server for one test, with what it was asked. */
async function server(t: TestContext, answer: Answer) {
  const asked: { method: string; url: string; authorization: string; body: string }[] = [];
  const listening = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { method = '', url = '', headers } = request;
    asked.push({ method, url, authorization: headers.authorization ?? '', body });
    answer(request, response);
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    listening.closeAllConnections();
    listening.close();
  });
  const address = listening.address();
  assert.ok(address !== null && typeof address === 'object');
  return { url: `http://127.0.0.1:${address.port}`, asked };
}

const credential = { authorization: 'token ghs_secret' };

suite('the fetch of a job', () => {
  test('gives status, headers and body as the server sent them', async (t) => {
    const { url, asked } = await server(t, (_, response) => {
      response.writeHead(418, { 'X-Kettle': 'on', 'content-type': 'text/plain' }).end('té');
    });
    const answer = await plainFetch(`${url}/a?b=c`, { method: 'POST', headers: credential, body: '{"ö":1}' });
    assert.deepEqual(asked, [
      { method: 'POST', url: '/a?b=c', authorization: 'token ghs_secret', body: '{"ö":1}' },
    ]);
    assert.equal(answer.status, 418);
    assert.equal(answer.ok, false);
    assert.equal(answer.url, `${url}/a?b=c`);
    assert.equal(answer.headers.get('x-kettle'), 'on');
    assert.equal(await answer.text(), 'té');
    assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), new Uint8Array(Buffer.from('té')));
  });

  test('follows a renamed repository on the same server with its credential', async (t) => {
    const { url, asked } = await server(t, ({ url: path }, response) => {
      if (path === '/old') response.writeHead(301, { location: '/new' }).end();
      else response.end('found');
    });
    const answer = await plainFetch(`${url}/old`, { headers: credential });
    assert.equal(await answer.text(), 'found');
    assert.equal(answer.url, `${url}/new`);
    assert.deepEqual(
      asked.map(({ authorization }) => authorization),
      ['token ghs_secret', 'token ghs_secret'],
    );
  });

  test('takes its credential to no other server', async (t) => {
    const other = await server(t, (_, response) => response.end('theirs'));
    const { url } = await server(t, (_, response) => {
      response.writeHead(302, { location: `${other.url}/elsewhere` }).end();
    });
    const answer = await plainFetch(url, { headers: { Authorization: 'token ghs_secret' } });
    assert.equal(await answer.text(), 'theirs');
    assert.deepEqual(
      other.asked.map(({ authorization }) => authorization),
      [''],
    );
  });

  test('repeats a write only where the server says that it is to be repeated as it was', async (t) => {
    const { url, asked } = await server(t, ({ url: path }, response) => {
      const status = path === '/moved' ? 301 : path === '/kept' ? 307 : 200;
      response.writeHead(status, status === 200 ? {} : { location: '/there' }).end();
    });
    assert.equal((await plainFetch(`${url}/moved`, { method: 'POST', body: 'x' })).status, 301);
    assert.equal((await plainFetch(`${url}/kept`, { method: 'POST', body: 'x' })).status, 200);
    assert.deepEqual(
      asked.map(({ method, url: path, body }) => `${method} ${path} ${body}`),
      ['POST /moved x', 'POST /kept x', 'POST /there x'],
    );
  });

  test('does not go round in circles, nor to another protocol', async (t) => {
    const { url } = await server(t, ({ url: path }, response) => {
      response.writeHead(302, { location: path === '/file' ? 'file:///etc/passwd' : '/' }).end();
    });
    await assert.rejects(plainFetch(url), /more than 5 redirects/);
    await assert.rejects(plainFetch(`${url}/file`), /a redirect from http: to file:/);
  });

  test('rejects an answer without end', async (t) => {
    let sent = 0;
    const piece = Buffer.alloc(1024 * 1024);
    const { url } = await server(t, (_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(piece)) sent += 1;
      };
      response.on('drain', more);
      more();
    });
    await assert.rejects(plainFetch(url), /^Error: 127\.0\.0\.1:\d+ answered with more than 67108864 bytes$/);
    assert.ok(sent < 100);
  });

  test('rejects where nobody answers, or breaks off', async (t) => {
    const { url } = await server(t, (request, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('half');
      request.socket.destroySoon();
    });
    await assert.rejects(plainFetch(url), { code: 'ECONNRESET' });
    await assert.rejects(plainFetch('http://127.0.0.1:1/'), { code: 'ECONNREFUSED' });
  });
});
