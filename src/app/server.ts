import { Buffer } from 'node:buffer';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { JitError } from '../errors.ts';

/** Probot's: true, or a promise of it, when it has answered. */
type Middleware = (request: IncomingMessage, response: ServerResponse) => unknown;

export const webhooksPath = '/api/github/webhooks';

/** GitHub sends no payload above 25 MB. */
const bodyLimit = 25 * 1024 * 1024;

export interface RunningServer {
  readonly url: string;
  /** Takes no more connections; resolves when those open have been answered. */
  close(): Promise<void>;
}

/** The App's HTTP side: `/healthz`, and webhooks at one path. Everything else is 404. */
export async function startServer(
  host: string,
  port: number,
  webhooks: Middleware,
  healthy: () => Promise<void>,
): Promise<RunningServer> {
  const server = createServer(listener(webhooks, healthy));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError(cause, host, port)));
    server.listen(port, host, resolve);
  });
  return { url: urlOf(server, host), close: () => close(server) };
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): JitError {
  const why = cause.code === 'EADDRINUSE' ? 'that port is in use; set PORT to another one' : cause.message;
  return new JitError('app-listen', `The App cannot listen on ${host}:${port}: ${why}.`, { cause });
}

function listener(webhooks: Middleware, healthy: () => Promise<void>): RequestListener {
  return (request, response) => {
    answer(request, response, webhooks, healthy).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  webhooks: Middleware,
  healthy: () => Promise<void>,
): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0];
  if (path === '/healthz') return health(request, response, healthy);
  if (path !== webhooksPath) return plain(response, 404, 'Not found\n');
  if (request.method === 'POST') {
    const body = await readBody(request);
    if (body === null) return plain(response, 413, `Expected a body of at most ${bodyLimit} bytes\n`);
    // where the middleware looks for a body that was read already
    Object.assign(request, { body: body.toString('utf8') });
  }
  const answered = await webhooks(request, response);
  if (answered !== true && !response.headersSent) plain(response, 404, 'Not found\n');
}

async function health(
  request: IncomingMessage,
  response: ServerResponse,
  healthy: () => Promise<void>,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(response, 405, 'GET only\n');
  try {
    await healthy();
    plain(response, 200, 'ok\n');
  } catch {
    plain(response, 503, 'the ledger does not answer\n');
  }
}

/** Null when it is longer than the limit; the rest is not read then. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    length += bytes.length;
    if (length > bodyLimit) return null;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function plain(response: ServerResponse, status: number, text: string): void {
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    ...(status === 413 && { connection: 'close' }),
  };
  response.writeHead(status, headers).end(text);
}

function urlOf(server: Server, host: string): string {
  const address = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
