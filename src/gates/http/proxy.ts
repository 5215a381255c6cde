import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Target } from '../../policy/action.ts';
import type { Judge } from '../../policy/judge.ts';
import { defaultPort, formatAuthority, parseAuthority } from '../../protocol/http/authority.ts';
import { headerValue } from '../../protocol/http/headers.ts';
import { type Problem, problem } from '../../protocol/http/problem.ts';
import { parseAbsoluteForm, parseOriginForm } from '../../protocol/http/request-target.ts';
import type { Gate } from '../gate.ts';
import { noOrigins, type ReadOrigin } from '../origins.ts';
import { answerProblem, answerRaw } from './answer.ts';
import { defaultBodyLimit } from './body.ts';
import { basicPassword, oneRunSecret, sameSecret } from './credential.ts';
import { proxyEnvironment } from './environment.ts';
import { exchange, originOf, plainRoute, type Route } from './exchange.ts';
import type { Inspection } from './inspection.ts';
import { listenOnLoopback } from './listen.ts';
import { peerUid } from './peer.ts';
import { gateServer, type HttpHandlers } from './server.ts';
import { type Inside, openTunnel, type TunnelContext } from './tunnel.ts';
import { exchangeUpgrade } from './upgrade.ts';
import { openUpstream } from './upstream.ts';

export interface HttpProxyOptions {
  readonly judge: Judge;
  readonly targetFor: (scheme: 'http' | 'https', host: string, port: number) => Target;
  /** Connections of this user need no credential (Linux only); null: all need one. */
  readonly uid: number | null;
  /** The one-run password; made up when absent. */
  readonly credential?: string;
  /** Ports of this run's other gates and its local API, asked at each connection. */
  readonly ownPorts?: () => readonly number[];
  /** Bytes of a body that are read for the rules; 1 MiB when absent. */
  readonly bodyLimit?: number;
  readonly origins?: ReadOrigin;
  /** PEM of what to trust beside Node's own roots. */
  readonly trusted?: () => readonly string[];
  /** Reads HTTPS inside tunnels; without it a tunnel is judged by its host. */
  readonly inspection?: Inspection;
}

export interface HttpProxyGate extends Gate {
  /** With the credential. */
  readonly url: string;
  /** What the suite's environment gets, see proxyEnvironment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A forward proxy: requests in absolute form, and CONNECT (see tunnel.ts). */
export async function startHttpProxy(options: HttpProxyOptions): Promise<HttpProxyGate> {
  const credential = options.credential ?? oneRunSecret();
  const ports: number[] = [];
  const upstream = openUpstream({
    ownPorts: () => [...ports, ...(options.ownPorts?.() ?? [])],
    trusted: options.trusted,
  });
  const inside = new WeakMap<Socket, Inside>();
  const gate: Omit<TunnelContext, 'inner'> = {
    judge: options.judge,
    upstream,
    bodyLimit: options.bodyLimit ?? defaultBodyLimit,
    origins: options.origins ?? noOrigins,
    inside,
    inspection: options.inspection ?? null,
    targetFor: options.targetFor,
  };
  const inner = gateServer(
    handlers(gate, async (request) => insideRoute(gate, inside.get(request.socket), request)),
  );
  const entry = entryCheck(credential, options.uid);
  const server = gateServer(
    handlers(gate, async (request) => (await entry(request)) ?? absoluteRoute(gate, request)),
  );
  onConnect(server, { ...gate, inner }, entry);
  const listening = await listenOnLoopback(server, () => upstream.close());
  ports.push(listening.port);
  const url = `http://jit:${credential}@${listening.host}:${listening.port}`;
  return { ...listening, warm: upstream.warm, url, environment: proxyEnvironment(url) };
}

type Routing = Omit<TunnelContext, 'inner'>;
type Router = (request: IncomingMessage) => Promise<Route | Problem>;

function handlers(gate: Routing, router: Router): HttpHandlers {
  return {
    request: async (request, response: ServerResponse, expectsContinue) => {
      const route = await router(request);
      if ('authority' in route) return exchange(gate, route, request, response, expectsContinue);
      if (route === strangers) response.setHeader(...challenge);
      response.shouldKeepAlive = false;
      await answerProblem(request, response, route);
    },
    upgrade: async (request, socket, head) => {
      const route = await router(request);
      if ('authority' in route) return exchangeUpgrade(gate, route, request, socket, head);
      await refuseRaw(socket, route);
    },
  };
}

const challenge = ['Proxy-Authenticate', 'Basic realm="jit-approval"'] as const;

async function refuseRaw(socket: Socket, body: Problem): Promise<void> {
  await answerRaw(socket, body, body.title, body === strangers ? [challenge.join(': ')] : []);
}

type Entry = (request: IncomingMessage) => Promise<Problem | null>;

/** A credential that is given must be right; without one, the connection's user decides. */
function entryCheck(credential: string, uid: number | null): Entry {
  const known = new WeakMap<Socket, Promise<number | null>>();
  return async (request) => {
    const header = headerValue(request.rawHeaders, 'proxy-authorization');
    if (header !== null) {
      const password = basicPassword(header);
      return password !== null && sameSecret(password, credential) ? null : strangers;
    }
    if (uid === null) return strangers;
    const peer = known.get(request.socket) ?? peerUid(request.socket);
    known.set(request.socket, peer);
    return (await peer) === uid ? null : strangers;
  };
}

const strangers = problem(
  407,
  'credential',
  'Proxy authentication required',
  "This proxy serves one run of a test suite. Use the URL in the suite's HTTP_PROXY, with its password.",
);

function absoluteRoute(gate: Routing, request: IncomingMessage): Route | Problem {
  const target = parseAbsoluteForm(request.url ?? '');
  if (target === null) {
    const met = 'Expected http://host/path or CONNECT host:port, as this is a proxy and no server.';
    return problem(400, 'request', 'Bad request', met);
  }
  // The Host header is not looked at: in absolute form the target is the authority (RFC 9112 section 3.2.2)
  const { scheme, authority } = target;
  return plainRoute(scheme, authority, gate.targetFor(scheme, authority.host, authority.port), target);
}

/** A request inside a tunnel must be for the host that the tunnel leads to, or rules would judge another one. */
function insideRoute(gate: Routing, inside: Inside | undefined, request: IncomingMessage): Route | Problem {
  const resource = parseOriginForm(request.url ?? '');
  if (inside === undefined || resource === null) {
    return problem(400, 'request', 'Bad request', 'Expected a path as the request target inside a tunnel.');
  }
  const { scheme, authority } = inside;
  if (scheme === 'https') gate.inspection?.asked(authority);
  const header = headerValue(request.rawHeaders, 'host');
  const host = header === null ? undefined : parseAuthority(header, defaultPort(scheme))?.host;
  if (header !== null && host !== authority.host) {
    const met = `The Host header names another host than the tunnel to ${formatAuthority(authority)}.`;
    return problem(421, 'request', 'Misdirected request', met);
  }
  const target = gate.targetFor(scheme, authority.host, authority.port);
  const route = plainRoute(scheme, authority, target, resource);
  // a connection that is used again carries requests of other lines
  const opener = inside.asked ? null : inside.origin;
  inside.asked = true;
  // by TLS a server may choose by the port in Host, which is not the one that was judged
  return { ...route, opener, host: scheme === 'https' || header === null ? route.host : header };
}

function onConnect(server: Server, gate: TunnelContext, entry: Entry): void {
  server.on('connect', (request, client, head: Buffer) => {
    client.on('error', () => client.destroy());
    if (!(client instanceof Socket)) {
      client.destroy();
      return;
    }
    const serve = async (): Promise<void> => {
      const refused = await entry(request);
      if (refused !== null) {
        await refuseRaw(client, refused);
        return;
      }
      const authority = parseAuthority(request.url ?? '', 0);
      if (authority === null) {
        await refuseRaw(client, problem(400, 'request', 'Bad request', 'Expected CONNECT host:port.'));
        return;
      }
      if (head.length > 0) client.unshift(head);
      await openTunnel(gate, authority, client, originOf(gate, request));
    };
    serve().catch(() => client.destroy());
  });
}
