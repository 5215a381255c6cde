import type { IncomingMessage } from 'node:http';
import type { Target } from '../../policy/action.ts';
import type { Judge } from '../../policy/judge.ts';
import { type Authority, formatAuthority, parseAuthority } from '../../protocol/http/authority.ts';
import { headerValue } from '../../protocol/http/headers.ts';
import { type Problem, problem } from '../../protocol/http/problem.ts';
import { parseAbsoluteForm, parseOriginForm } from '../../protocol/http/request-target.ts';
import { upstreamAuthority } from '../../targets/http.ts';
import type { Gate } from '../gate.ts';
import { noOrigins, type ReadOrigin } from '../origins.ts';
import { answerProblem, answerRaw } from './answer.ts';
import { defaultBodyLimit } from './body.ts';
import { exchange, type HttpGateContext, plainRoute, type Route } from './exchange.ts';
import { listenOnLoopback } from './listen.ts';
import { gateServer, type HttpHandlers } from './server.ts';
import { exchangeUpgrade } from './upgrade.ts';
import { openUpstream } from './upstream.ts';

export interface ReverseGateOptions {
  readonly judge: Judge;
  readonly target: Target;
  /** The base URL that the suite's variable held. A user and password in it stay with the gate. */
  readonly upstream: URL;
  readonly ownPorts?: () => readonly number[];
  readonly bodyLimit?: number;
  readonly origins?: ReadOrigin;
  /** PEM of what to trust beside Node's own roots. */
  readonly trusted?: () => readonly string[];
}

export interface ReverseGate extends Gate {
  /** The base URL for the suite: the gate's address with the upstream's path and query. */
  readonly url: string;
}

/**
 * Stands for one base URL. No credential protects it, as clients refuse a password in a base URL (fetch) or lose
 * a secret path at the first absolute link; it listens on loopback and refuses foreign Host headers, by which
 * a web page would come.
 */
export async function startReverseGate(options: ReverseGateOptions): Promise<ReverseGate> {
  const ports: number[] = [];
  const upstream = openUpstream({
    ownPorts: () => [...ports, ...(options.ownPorts?.() ?? [])],
    trusted: options.trusted,
  });
  const gate: HttpGateContext = {
    judge: options.judge,
    upstream,
    bodyLimit: options.bodyLimit ?? defaultBodyLimit,
    origins: options.origins ?? noOrigins,
  };
  const route = (request: IncomingMessage): Route | Problem => reverseRoute(options, ports[0] ?? 0, request);
  const server = gateServer(handlers(gate, route));
  const listening = await listenOnLoopback(server, () => upstream.close());
  ports.push(listening.port);
  const { pathname, search } = options.upstream;
  // A base URL without a path stays without one, as many clients append theirs as text
  const path = pathname === '/' && search === '' ? '' : `${pathname}${search}`;
  return { ...listening, warm: upstream.warm, url: `http://${listening.host}:${listening.port}${path}` };
}

function handlers(
  gate: HttpGateContext,
  router: (request: IncomingMessage) => Route | Problem,
): HttpHandlers {
  return {
    request: async (request, response, expectsContinue) => {
      const route = router(request);
      if ('authority' in route) await exchange(gate, route, request, response, expectsContinue);
      else {
        response.shouldKeepAlive = false;
        await answerProblem(request, response, route);
      }
    },
    upgrade: async (request, socket, head) => {
      const route = router(request);
      if ('authority' in route) await exchangeUpgrade(gate, route, request, socket, head);
      else await answerRaw(socket, route, route.title);
    },
  };
}

function reverseRoute(options: ReverseGateOptions, port: number, request: IncomingMessage): Route | Problem {
  const text = request.url ?? '';
  const absolute = parseAbsoluteForm(text);
  const resource = absolute ?? parseOriginForm(text);
  const host = absolute?.authority ?? parseAuthority(headerValue(request.rawHeaders, 'host') ?? '', 80);
  if (resource === null)
    return problem(400, 'request', 'Bad request', 'Expected a path as the request target.');
  if (host === null || !isOurs(host, port)) {
    const met = `This gate answers to 127.0.0.1:${port} and localhost:${port} only.`;
    return problem(421, 'request', 'Misdirected request', met);
  }
  const { scheme, authority } = upstreamAuthority(options.upstream);
  const upstreamOrigin = options.upstream.origin;
  const gateOrigin = `http://${formatAuthority(host)}`;
  return {
    ...plainRoute(scheme, authority, options.target, resource),
    request: (headers) => withCredential(options.upstream, toUpstream(headers, gateOrigin, upstreamOrigin)),
    response: (name, value) =>
      name === 'location' || name === 'content-location'
        ? swapOrigin(value, upstreamOrigin, gateOrigin)
        : value,
  };
}

function isOurs(host: Authority, port: number): boolean {
  return host.port === port && (host.host === '127.0.0.1' || host.host === 'localhost');
}

/** Origin and Referer name the gate; the target's own checks compare them with itself. */
function toUpstream(headers: [string, string][], from: string, to: string): [string, string][] {
  return headers.map(([name, value]) =>
    /^(origin|referer)$/i.test(name) ? [name, swapOrigin(value, from, to)] : [name, value],
  );
}

/** Replaces the origin of an absolute URL; anything else stays as it is. */
function swapOrigin(value: string, from: string, to: string): string {
  const url = URL.parse(value);
  if (url === null || url.origin !== from) return value;
  return value.replace(/^[^:]+:\/\/[^/?#]*/, to);
}

/** The base URL's user and password, unless the request brings its own. */
function withCredential(upstream: URL, headers: [string, string][]): [string, string][] {
  const { username, password } = upstream;
  if (username === '' && password === '') return headers;
  if (headers.some(([name]) => name.toLowerCase() === 'authorization')) return headers;
  const pair = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return [...headers, ['Authorization', `Basic ${pair.toString('base64')}`]];
}
