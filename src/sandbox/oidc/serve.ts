import type { IncomingMessage, ServerResponse } from 'node:http';
import type { World } from '../world.ts';
import { issuerPath } from './issuer.ts';

/** Answers under `/_services/token`: discovery, keys, and tokens for the jobs that may have one. */
export async function serveIssuer(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { issuer } = world;
  const url = new URL(request.url ?? '/', world.url);
  const path = url.pathname.slice(issuerPath.length);
  if (request.method !== 'GET') return json(response, 405, { message: 'Method Not Allowed' });
  if (path === '/.well-known/openid-configuration') return json(response, 200, discovery(issuer.url));
  if (path === '/.well-known/jwks') return json(response, 200, await issuer.keys());
  const token = /^bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const holder = issuer.holders.get(token ?? '');
  if (path !== '/request' || holder === undefined) return json(response, 401, { message: 'Unauthorized' });
  const audience = url.searchParams.get('audience');
  return json(response, 200, { count: 1, value: await issuer.issue(holder, audience) });
}

function discovery(issuer: string) {
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks`,
    subject_types_supported: ['public', 'pairwise'],
    response_types_supported: ['id_token'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid'],
  };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
