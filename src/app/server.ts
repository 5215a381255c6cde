import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'probot';
import { JitError, messageOf } from '../errors.ts';
import { plain } from './http/respond.ts';

/** Answers one request; what it throws is logged here and becomes a bare 500. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface ServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** By exact path, the query left out; everything else is 404. */
  readonly routes: Readonly<Record<string, Handler>>;
  readonly log: Pick<Logger, 'error'>;
  /** In place of the usual ones: for tests, that do not wait so long. */
  readonly limits?: Partial<typeof usualLimits>;
}

export interface RunningServer {
  readonly url: string;
  /** Takes no more connections; resolves when those open have been answered. */
  close(): Promise<void>;
}

/** Whoever sends headers or a body slower than this is no GitHub, whose own limit for the whole is 10 s. */
const usualLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 30_000,
  connectionsCheckingInterval: 5000,
  maxHeaderSize: 16 * 1024,
};
const maximumConnections = 2000;

/** The App's HTTP side. */
export async function startServer({
  host,
  port,
  routes,
  log,
  limits,
}: ServerOptions): Promise<RunningServer> {
  const byPath = new Map(Object.entries(routes));
  const server = createServer({ ...usualLimits, ...limits }, (request, response) => {
    // a path is matched as it was sent: nothing is decoded or normalised
    const handler = byPath.get((request.url ?? '').split('?', 1)[0] ?? '');
    if (handler === undefined) return plain(response, 404, 'Not found\n');
    void answer(handler, request, response, log);
  });
  server.maxConnections = maximumConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError(cause, host, port)));
    server.listen(port, host, resolve);
  });
  return { url: urlOf(server, host), close: () => close(server) };
}

async function answer(
  handler: Handler,
  request: IncomingMessage,
  response: ServerResponse,
  log: ServerOptions['log'],
): Promise<void> {
  try {
    await handler(request, response);
  } catch (thrown) {
    // what failed is in the log; the client is told nothing of it
    log.error({ err: thrown, method: request.method }, `request failed: ${messageOf(thrown)}`);
    if (response.headersSent) response.destroy();
    else plain(response, 500, 'Internal error\n');
  }
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): JitError {
  const why = cause.code === 'EADDRINUSE' ? 'that port is in use; set PORT to another one' : cause.message;
  return new JitError('app-listen', `The App cannot listen on ${host}:${port}: ${why}.`, { cause });
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
