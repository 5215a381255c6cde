import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type * as z from 'zod';
import { JitError, messageOf } from '../../errors.ts';
import type { Target } from '../../policy/action.ts';
import type { Judge } from '../../policy/judge.ts';
import { parseMediaType } from '../../protocol/http/content.ts';
import { parseJson } from '../../protocol/http/json.ts';
import { type Problem, problem, problemType } from '../../protocol/http/problem.ts';
import type { Gate } from '../gate.ts';
import { oneRunSecret, sameSecret } from '../http/credential.ts';
import { listenOnLoopback } from '../http/listen.ts';
import { namesOf } from '../origins.ts';
import { localAction } from './caller.ts';
import { judgeRequestSchema, settleRequestSchema } from './messages.ts';
import { Tickets } from './tickets.ts';

export interface LocalApiOptions {
  readonly judge: Judge;
  readonly targetFor: (kind: 'command' | 'call', name: string | null) => Target;
  /** The repository's folder: origins and working directories are told relative to it. */
  readonly root: string;
}

export interface LocalApi extends Gate {
  /** With the one-run secret as its path. */
  readonly url: string;
  /** JIT_APPROVAL_URL. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The largest request: parameters above this are told as unreadable by the SDK. */
export const localApiLimit = 4_194_304;

/**
 * The gate for what speaks no protocol of its own: calls named by the SDK, and commands. See messages.ts for what
 * it takes. The secret keeps other users out, the Host and Origin headers keep web pages out.
 */
export async function startLocalApi(options: LocalApiOptions): Promise<LocalApi> {
  const secret = oneRunSecret();
  const roots = namesOf(options.root);
  const tickets = new Tickets();
  const server = createServer({ requestTimeout: 0 });
  const listening = await listenOnLoopback(server, async () => tickets.abandon());
  serve(server, async (request, response) => {
    const path = entry(request, secret, listening.port);
    const body = await readJson(request);
    if (path === '/v1/judge') await judge({ ...options, roots }, tickets, body, response);
    else if (path === '/v1/settle') settle(tickets, body, response);
    else throw refusal(404, 'There is POST v1/judge and POST v1/settle.');
  });
  const url = `http://${listening.host}:${listening.port}/${secret}`;
  return { ...listening, url, environment: { JIT_APPROVAL_URL: url } };
}

async function judge(
  options: LocalApiOptions & { readonly roots: Parameters<typeof localAction>[1] },
  tickets: Tickets,
  body: unknown,
  response: ServerResponse,
): Promise<void> {
  const action = localAction(valid(judgeRequestSchema, body), options.roots, options.targetFor);
  const ruling = await options.judge.judge(action, null);
  if (ruling.outcome === 'allow') {
    const ticket = tickets.issue(ruling);
    // A caller that never got its ticket never began
    if (!(await answer(response, 200, { outcome: 'allow', ticket }))) tickets.settle(ticket, 'void');
    return;
  }
  const { outcome, actionId, message, detail, hint } = ruling;
  const arrived = await answer(response, 200, { outcome, actionId, message, detail, hint });
  ruling.settle(arrived ? 'refused' : 'void');
}

function settle(tickets: Tickets, body: unknown, response: ServerResponse): void {
  const { ticket, settlement, latencyMs } = valid(settleRequestSchema, body);
  if (!tickets.settle(ticket, settlement, latencyMs)) {
    throw refusal(404, 'This ticket is unknown, or was settled already.');
  }
  response.writeHead(204).end();
}

class Refusal extends JitError<'local-api'> {
  readonly problem: Problem;

  constructor(body: Problem) {
    super('local-api', body.detail);
    this.problem = body;
  }
}

function refusal(status: number, detail: string): Refusal {
  return new Refusal(problem(status, 'local-api', 'Local API', detail));
}

/** The path behind the secret. Who does not know the secret learns nothing else. */
function entry(request: IncomingMessage, secret: string, port: number): string {
  const { host, origin } = request.headers;
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
    throw refusal(421, 'The Host header is not the one of JIT_APPROVAL_URL.');
  }
  if (origin !== undefined) throw refusal(403, 'Web pages have no access to the local API.');
  const match = /^\/([^/?#]+)(\/[^?#]*)$/.exec(request.url ?? '');
  if (match === null || !sameSecret(match[1] ?? '', secret)) {
    throw refusal(403, 'The path does not begin with the secret of JIT_APPROVAL_URL.');
  }
  if (request.method !== 'POST') throw refusal(405, 'Expected POST.');
  if (parseMediaType(request.headers['content-type'] ?? '')?.essence !== 'application/json') {
    throw refusal(415, 'Expected Content-Type: application/json.');
  }
  return match[2] ?? '';
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!(chunk instanceof Buffer)) continue;
    size += chunk.length;
    if (size > localApiLimit) throw refusal(413, `The request is larger than ${localApiLimit} bytes.`);
    chunks.push(chunk);
  }
  const parsed = parseJson(Buffer.concat(chunks).toString('utf8'));
  if (!parsed.known) throw refusal(400, parsed.why);
  return parsed.value;
}

function valid<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  throw refusal(400, `${first?.path.join('.') || 'The request'}: ${first?.message ?? 'not valid'}`);
}

function serve(
  server: Server,
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): void {
  server.on('request', (request, response) => {
    request.on('error', () => {});
    response.on('error', () => {});
    handle(request, response).catch((error: unknown) => {
      const body =
        error instanceof Refusal ? error.problem : problem(500, 'gate', 'Gate failed', messageOf(error));
      response.shouldKeepAlive = false;
      request.resume();
      void answer(response, body.status, body, problemType);
    });
  });
}

/** Resolves whether the answer left for the caller. */
function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  type = 'application/json',
): Promise<boolean> {
  return new Promise((resolve) => {
    response.once('finish', () => resolve(true));
    response.once('close', () => resolve(false));
    if (response.destroyed) resolve(false);
    else response.writeHead(status, { 'Content-Type': type }).end(JSON.stringify(body));
  });
}
