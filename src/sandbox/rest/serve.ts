import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorObject } from 'ajv';
import { messageOf } from '../../errors.ts';
import { notFound, Refusal } from '../domain/refusal.ts';
import { answerGraphql, graphqlPath } from '../graphql/serve.ts';
import { fullName, type World } from '../world.ts';
import { authenticate, type Viewer } from './authenticate.ts';
import { Call } from './call.ts';
import {
  bodyErrors,
  type Operation,
  readParameters,
  responseErrors,
  unknownProperties,
} from './description.ts';
import { invalidRequest } from './invalid.ts';
import { byNumberToName, movedFrom, redirect } from './moved.ts';
import { charge, type RateState } from './rate-limit.ts';
import type { Reply } from './reply.ts';
import { route } from './router.ts';
import { handlers } from './routes/index.ts';

/** Where the API stands, as on GitHub Enterprise Server. */
export const apiPrefix = '/api/v3';

/** Answers one request to the API, or to GraphQL beside it. */
export async function serveApi(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', world.url);
  const path = byNumberToName(world, url.pathname.slice(apiPrefix.length));
  let rate: RateState | null = null;
  let reply: Reply;
  try {
    const body = await readBody(request);
    const viewer = authenticate(world, request.headers.authorization);
    rate = charge(world, request.headers.authorization ?? '');
    if (rate.exceeded) throw new Refusal(403, 'API rate limit exceeded');
    reply =
      url.pathname === graphqlPath
        ? answerGraphql(new Call(world, viewer, {}, {}, parseBody(body), request.headers))
        : await answer(world, request, url, path, viewer, body);
  } catch (thrown) {
    reply = refused(world, thrown, `${request.method ?? ''} ${path}`);
  }
  write(world, request, response, url, reply, rate);
}

async function answer(
  world: World,
  request: IncomingMessage,
  url: URL,
  path: string,
  viewer: Viewer,
  text: Buffer,
): Promise<Reply> {
  const method = request.method ?? 'GET';
  const where = `${method} ${path}`;
  const moved = movedFrom(world, path);
  if (moved) {
    const [owner, repo] = fullName(moved.repository).split('/');
    // whoever may not see it is told that nothing is there
    const { repository } = new Call(world, viewer, { owner, repo }, {}, undefined, request.headers);
    return redirect(world, method, repository, `${moved.path}${url.search}`);
  }
  const match = route(method === 'HEAD' ? 'GET' : method, path);
  const handler = match ? handlers[match.operation.id] : undefined;
  if (!match || !handler) {
    world.violations.push({ where, problem: 'no such operation in the extract of the description' });
    throw notFound();
  }
  const { operation } = match;
  const report = (problem: string) => world.violations.push({ where: `${where} (${operation.id})`, problem });
  const inPath = readParameters(operation, 'path', match.parameters);
  if (inPath.errors.length > 0) throw notFound();
  const inQuery = readParameters(operation, 'query', Object.fromEntries(url.searchParams));
  for (const name of inQuery.unknown) report(`unknown query parameter ${name}`);
  if (inQuery.errors.length > 0) throw complain(report, inQuery.errors);
  const body = parseBody(text);
  if (operation.body && (operation.bodyRequired || body !== undefined)) {
    const errors = bodyErrors(operation, body ?? {});
    if (errors.length > 0) throw complain(report, errors);
    for (const name of unknownProperties(operation, body)) report(`unknown property ${name} in the body`);
  }
  const reply = await handler(new Call(world, viewer, inPath.values, inQuery.values, body, request.headers));
  checkReply(operation, reply, report);
  return reply;
}

/** GitHub says 422 and so do we; the violation list keeps what exactly was wrong, for the test that looks. */
function complain(report: (problem: string) => unknown, errors: readonly ErrorObject[]): Refusal {
  for (const error of errors) report(`${error.instancePath || '/'} ${error.message ?? 'is invalid'}`);
  return invalidRequest(errors);
}

function checkReply(operation: Operation, reply: Reply, report: (problem: string) => unknown): void {
  if (reply.json === undefined) return;
  const seen: unknown = JSON.parse(JSON.stringify(reply.json));
  for (const error of responseErrors(operation, reply.status, seen)) {
    report(`our answer ${error.instancePath || '/'} ${error.message ?? 'is invalid'}`);
  }
}

/** More than GitHub reads of a request. */
const largestBody = 25 * 1024 * 1024;

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.byteLength;
    if (size > largestBody) throw new Refusal(413, 'Payload too large');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function parseBody(text: Buffer): unknown {
  if (text.byteLength === 0) return undefined;
  try {
    return JSON.parse(text.toString());
  } catch {
    throw new Refusal(400, 'Problems parsing JSON');
  }
}

const documentation = 'https://docs.github.com/rest';

function refused(world: World, thrown: unknown, where: string): Reply {
  if (!(thrown instanceof Refusal)) {
    world.violations.push({ where, problem: `the sandbox itself failed: ${messageOf(thrown)}` });
    return { status: 500, json: { message: 'Server Error' } };
  }
  return {
    status: thrown.status,
    json: {
      message: thrown.message,
      ...(thrown.errors ? { errors: thrown.errors } : {}),
      documentation_url: documentation,
      status: String(thrown.status),
    },
  };
}

function write(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  reply: Reply,
  rate: RateState | null,
): void {
  const body = reply.bytes ?? (reply.json === undefined ? null : Buffer.from(JSON.stringify(reply.json)));
  const headers: Record<string, string> = {
    server: 'sandbox',
    'x-github-media-type': 'github.v3; format=json',
    'x-github-request-id': String(world.nextId()),
    ...(rate?.headers ?? {}),
    ...(reply.headers ?? {}),
  };
  if (body) headers['content-type'] = reply.type ?? 'application/json; charset=utf-8';
  const link = linkHeader(url, reply);
  if (link) headers.link = link;
  if (body && reply.status === 200 && (request.method === 'GET' || request.method === 'HEAD')) {
    const etag = `W/"${createHash('sha256').update(body).digest('hex')}"`;
    headers.etag = etag;
    headers['cache-control'] = 'private, max-age=60, s-maxage=60';
    if (request.headers['if-none-match'] === etag) {
      rate?.giveBack();
      response.writeHead(304, { ...headers, ...(rate?.headers ?? {}) }).end();
      return;
    }
  }
  response.writeHead(reply.status, headers);
  response.end(request.method === 'HEAD' ? undefined : (body ?? undefined));
}

function linkHeader(url: URL, reply: Reply): string | null {
  const parts: string[] = [];
  for (const [relation, query] of Object.entries(reply.link?.pages ?? {})) {
    if (!query) continue;
    const target = new URL(url);
    for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
    parts.push(`<${target.href}>; rel="${relation}"`);
  }
  return parts.length > 0 ? parts.join(', ') : null;
}
