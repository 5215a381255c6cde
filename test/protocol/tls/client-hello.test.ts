import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { type ConnectionOptions, connect } from 'node:tls';
import { readClientHello } from '../../../src/protocol/tls/client-hello.ts';

/** What Node's own client (OpenSSL) says first. */
async function helloOf(options: ConnectionOptions): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert(address !== null && typeof address !== 'string');
  const client = connect({
    port: address.port,
    host: '127.0.0.1',
    servername: 'api.example.com',
    ...options,
  });
  client.on('error', () => undefined);
  const [socket] = await once(server, 'connection');
  const [bytes] = await once(socket, 'data');
  client.destroy();
  socket.destroy();
  server.close();
  return bytes;
}

/** The same message in records of `size` bytes. */
function cut(hello: Buffer, size: number): Buffer {
  const message = hello.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    const part = message.subarray(at, at + size);
    const head = Buffer.from([22, 3, 1, 0, 0]);
    head.writeUInt16BE(part.length, 3);
    records.push(head, part);
  }
  return Buffer.concat(records);
}

test('a hello names the protocols that its client speaks, or none', async () => {
  const both = await helloOf({ ALPNProtocols: ['h2', 'http/1.1'] });
  assert.deepEqual(readClientHello(both), { protocols: ['h2', 'http/1.1'] });
  assert.deepEqual(readClientHello(await helloOf({ ALPNProtocols: ['h2'] })), { protocols: ['h2'] });
  assert.deepEqual(readClientHello(await helloOf({})), { protocols: null });
  assert.deepEqual(readClientHello(await helloOf({ maxVersion: 'TLSv1.2', minVersion: 'TLSv1.2' })), {
    protocols: null,
  });
});

test('a hello is awaited to its last byte, in however many records it comes', async () => {
  const hello = await helloOf({ ALPNProtocols: ['http/1.1'] });
  for (const bytes of [hello, cut(hello, 1), cut(hello, 100)]) {
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(readClientHello(bytes.subarray(0, length)), 'more', `${length} of ${bytes.length}`);
    }
    assert.deepEqual(readClientHello(bytes), { protocols: ['http/1.1'] });
  }
});

test('what is damaged is no hello, and never throws', async () => {
  const hello = await helloOf({ ALPNProtocols: ['http/1.1'] });
  for (let at = 0; at < hello.length; at++) {
    for (const value of [0, 1, 0x7f, 0xff]) {
      const damaged = Buffer.from(hello);
      damaged[at] = value;
      readClientHello(damaged);
    }
  }
  assert.equal(readClientHello(Buffer.from('GET / HTTP/1.1\r\n\r\n')), null);
  assert.equal(readClientHello(Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0])), null, 'a server hello');
  assert.equal(readClientHello(Buffer.from([22, 3, 1, 0, 0, 22, 3, 1, 0, 0])), null, 'empty records');
  const endless = Buffer.concat([
    Buffer.from([22, 3, 1, 0xff, 0xff, 1, 0xff, 0xff, 0xff]),
    Buffer.alloc(70_000),
  ]);
  assert.equal(readClientHello(endless), null);
});
