import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { JitError, messageOf } from '../errors.ts';
import { graphqlPath } from './graphql/serve.ts';
import { issuerPath } from './oidc/issuer.ts';
import { serveIssuer } from './oidc/serve.ts';
import { servePage } from './page/serve.ts';
import { apiPrefix, serveApi } from './rest/serve.ts';
import type { World } from './world.ts';

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves the API under /api/v3, downloads under /_blobs, ID tokens under /_services/token, and pages everywhere else, on the loopback only. */
export async function listen(world: World, port: number): Promise<Listening> {
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const isApi = [apiPrefix, graphqlPath].some(
      (at) => path === at || path.startsWith(`${at}/`) || path.startsWith(`${at}?`),
    );
    const work = isApi
      ? world.pending.track(serveApi(world, request, response))
      : path.startsWith(`${issuerPath}/`)
        ? serveIssuer(world, request, response)
        : path.startsWith('/_blobs/')
          ? Promise.resolve(serveBlob(world, path, response))
          : servePage(world, request, response);
    work.catch((thrown: unknown) => fail(request, response, thrown));
  });
  await started(server, port);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address');
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function started(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new JitError(
          'sandbox-port',
          `port ${port} of 127.0.0.1 cannot be listened on (${cause.message}): give another one, or 0 for any that is free`,
          { cause },
        ),
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
}

function serveBlob(world: World, path: string, response: ServerResponse): void {
  const granted = world.blobs.find(path.slice(path.lastIndexOf('/') + 1));
  if (granted?.kind === 'log') {
    const log = world.jobs.get(granted.id)?.log ?? [];
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(`${log.join('\n')}\n`);
  } else if (granted) {
    const zip = world.artifacts.get(granted.id)?.zip ?? new Uint8Array();
    response.writeHead(200, { 'content-type': 'application/zip' }).end(zip);
  } else {
    response.writeHead(404).end();
  }
}

function fail(request: IncomingMessage, response: ServerResponse, thrown: unknown): void {
  if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${request.method ?? ''} failed: ${messageOf(thrown)}\n`);
}
