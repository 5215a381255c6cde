import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { suite, test } from 'node:test';
import { startServer } from '../../src/app/server.ts';
import { quiet } from '../app/help/desk.ts';

/** What a client got when the server ended the connection that it left open. */
async function answered(text: string): Promise<string> {
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    routes: {
      async '/hook'(request, response) {
        for await (const _chunk of request);
        response.end('read');
      },
    },
    log: quiet,
    limits: { headersTimeout: 50, requestTimeout: 100, connectionsCheckingInterval: 10 },
  });
  try {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    let got = '';
    socket.on('data', (chunk) => {
      got += chunk.toString();
    });
    socket.write(text);
    await once(socket, 'close');
    return got;
  } finally {
    await server.close();
  }
}

/** Connections that are opened and hardly used would keep everybody else out. */
suite('slow clients', () => {
  test('headers that never end', async () => {
    assert.match(await answered('POST /hook HTTP/1.1\r\nhost: x\r\nx-a: b\r\n'), /^HTTP\/1\.1 408 /);
  });

  test('a body that never ends', async () => {
    const head = 'POST /hook HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n';
    assert.match(await answered(`${head}abc`), /^HTTP\/1\.1 408 /);
  });
});
