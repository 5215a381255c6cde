import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpAction, Origin, Target } from '../../policy/action.ts';
import type { Allowed } from '../../policy/judge.ts';
import { type Authority, formatAuthority } from '../../protocol/http/authority.ts';
import { refusalProblem } from '../../protocol/http/problem.ts';
import { type Sniffed, sniff } from '../../protocol/http/sniff.ts';
import { answerRaw, refuse, settleOnce } from './answer.ts';
import { type HttpGateContext, unreachable } from './exchange.ts';
import type { Inspection } from './inspection.ts';
import { splice } from './splice.ts';

/**
 * CONNECT. A client sends its first byte only after it was told that the tunnel stands, and that byte decides
 * what it is. But an answer to CONNECT is also the only place where a client that will speak TLS shows a
 * refusal. So the order depends on the port:
 *
 * - Port 443 speaks TLS. Where that is not to be read, host and port are all that can be judged: judged before the
 *   answer, so that a refusal is the answer (423 or 403, the action id in the reason phrase) and an unreachable target
 *   is 502. Should it turn out to be plain HTTP after all, that judgement is void and the requests are judged.
 * - On any other port, and where TLS is to be read, the answer is 200 and the first byte is awaited. An HTTP method:
 *   every request is judged as if it had come in absolute form. TLS: read, and judged likewise, where the target
 *   wants it and the client speaks HTTP/1.1; else judged by host, and a refusal is the alert access_denied. Anything else:
 *   judged by host.
 *
 * A client that keeps silent may wait for the server to speak first. After `silenceMs` it is judged by host; if
 * that is refused, nothing was asked yet and nothing is reported, and its first byte is awaited further.
 */
export interface TunnelContext extends HttpGateContext {
  /** Serves the HTTP requests inside tunnels; knows a tunnel by its socket. */
  readonly inner: Server;
  readonly inside: WeakMap<Socket, Inside>;
  /** Null: TLS is not read. */
  readonly inspection: Inspection | null;
  readonly targetFor: (scheme: 'http' | 'https', host: string, port: number) => Target;
}

/** A tunnel whose requests are read. */
export interface Inside {
  readonly scheme: 'http' | 'https';
  readonly authority: Authority;
  /** What opened it. */
  readonly origin: Origin | null;
  /** Whether a request has come through it. */
  asked: boolean;
}

const tlsPort = 443;

/** Long enough that a busy machine does not take a slow client for a silent one. */
const silenceMs = 5_000;

/** TLS record: fatal alert 49, access_denied (RFC 8446 section 6). */
const accessDenied = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 49]);

const established = 'HTTP/1.1 200 Connection Established\r\n\r\n';

/** `origin`: what opened the tunnel; requests inside say their own. */
export async function openTunnel(
  gate: TunnelContext,
  authority: Authority,
  client: Socket,
  origin: Origin | null,
): Promise<void> {
  const target = gate.targetFor('https', authority.host, authority.port);
  const inspection = gate.inspection?.wants(target) === true ? gate.inspection : null;
  if (authority.port === tlsPort && inspection === null) await judgedFirst(gate, authority, client, origin);
  else await sniffedFirst(gate, authority, client, origin, inspection);
}

async function judgedFirst(
  gate: TunnelContext,
  authority: Authority,
  client: Socket,
  origin: Origin | null,
): Promise<void> {
  const action = tunnelAction(gate, 'https', authority, origin);
  const ruling = await gate.judge.judge(action, null);
  if (client.destroyed) {
    ruling.settle('void');
    return;
  }
  if (ruling.outcome !== 'allow') {
    await refuse(ruling, (body, reason) => answerRaw(client, body, reason));
    return;
  }
  const settle = settleOnce(ruling);
  const remote = await connect(gate, authority, client, (error) => {
    settle('failed');
    void answerRaw(client, unreachable(action.target, authority, error), 'Bad Gateway');
  });
  if (remote === null) {
    settle('void');
    return;
  }
  client.write(established);
  const kind = await firstBytes(client, silenceMs);
  if (kind === 'http') {
    settle('void');
    remote.destroy();
    serveInside(gate, client, { scheme: 'http', authority, origin, asked: false });
  } else run(settle, client, remote);
}

async function sniffedFirst(
  gate: TunnelContext,
  authority: Authority,
  client: Socket,
  origin: Origin | null,
  inspection: Inspection | null,
): Promise<void> {
  client.write(established);
  // what is to be read is not judged by its host because it waits
  let kind = await firstBytes(client, inspection === null ? silenceMs : null);
  if (kind === 'silent') {
    const ruling = await gate.judge.judge(tunnelAction(gate, 'http', authority, origin), null);
    if (ruling.outcome === 'allow' && !client.destroyed && client.readableLength === 0) {
      await carry(gate, authority, client, ruling);
      return;
    }
    ruling.settle('void');
    kind = await firstBytes(client, null);
  }
  if (client.destroyed || kind === 'ended') client.destroy();
  else if (kind === 'http') serveInside(gate, client, { scheme: 'http', authority, origin, asked: false });
  else if (kind === 'tls' && inspection !== null) {
    const read = await inspected(gate, inspection, authority, client, origin);
    if (!read) await judgedByHost(gate, 'https', authority, client, origin);
  } else await judgedByHost(gate, kind === 'tls' ? 'https' : 'http', authority, client, origin);
}

/** Reads and judges what is said inside; answers whether it could. Where it could not, nothing was said yet. */
async function inspected(
  gate: TunnelContext,
  inspection: Inspection,
  authority: Authority,
  client: Socket,
  origin: Origin | null,
): Promise<boolean> {
  // a client that stops in the middle of its hello is judged by host as well
  if ((await peek(client, (bytes) => inspection.speaks(bytes), silenceMs)) !== true) return false;
  const socket = await inspection.answer(authority, client);
  if (socket === null) return true;
  serveInside(gate, socket, { scheme: 'https', authority, origin, asked: false });
  return true;
}

async function judgedByHost(
  gate: TunnelContext,
  scheme: 'http' | 'https',
  authority: Authority,
  client: Socket,
  origin: Origin | null,
): Promise<void> {
  const ruling = await gate.judge.judge(tunnelAction(gate, scheme, authority, origin), null);
  if (client.destroyed) ruling.settle('void');
  else if (ruling.outcome === 'allow') await carry(gate, authority, client, ruling);
  else if (scheme === 'https') {
    const arrived = await new Promise<boolean>((resolve) => {
      client.once('close', () => resolve(false));
      client.end(accessDenied, () => resolve(true));
      client.resume();
    });
    ruling.settle(arrived ? 'refused' : 'void');
  } else await refuse(ruling, () => answerRaw(client, refusalProblem(ruling), 'Refused'));
}

/** Connects an allowed tunnel whose client was told already that it stands. */
async function carry(
  gate: TunnelContext,
  authority: Authority,
  client: Socket,
  ruling: Allowed,
): Promise<void> {
  const settle = settleOnce(ruling);
  const remote = await connect(gate, authority, client, () => {
    settle('failed');
    client.destroy();
  });
  if (remote === null) settle('void');
  else run(settle, client, remote);
}

/** Null when the caller is gone or `failed` was told of the error. */
async function connect(
  gate: TunnelContext,
  authority: Authority,
  client: Socket,
  failed: (error: unknown) => void,
): Promise<Socket | null> {
  try {
    const remote = await gate.upstream.connect('http', authority);
    if (!client.destroyed) return remote;
    remote.destroy();
  } catch (error) {
    failed(error);
  }
  return null;
}

/** The target's first byte is its answer; a tunnel in which nothing was said was none. */
function run(settle: ReturnType<typeof settleOnce>, client: Socket, remote: Socket): void {
  let askedAt: number | null = null;
  const start = performance.now();
  client.once('data', () => {
    askedAt = performance.now();
  });
  remote.once('data', () => settle('completed', performance.now() - (askedAt ?? start)));
  remote.once('close', () => settle(askedAt === null ? 'void' : 'failed'));
  splice(client, remote);
}

function serveInside(gate: TunnelContext, client: Socket, inside: Inside): void {
  gate.inside.set(client, inside);
  gate.inner.emit('connection', client);
}

type FirstBytes = Exclude<Sniffed, 'more'> | 'silent' | 'ended';

function firstBytes(client: Socket, patienceMs: number | null): Promise<FirstBytes> {
  return peek(client, sniff, patienceMs);
}

/** Looks at the first bytes until they say what is asked, and puts them back. `silent` after `patienceMs` (null: never). */
function peek<Kind>(
  client: Socket,
  look: (bytes: Buffer) => Kind | 'more',
  patienceMs: number | null,
): Promise<Kind | 'silent' | 'ended'> {
  return new Promise((resolve) => {
    const timer = patienceMs === null ? null : setTimeout(() => finish('silent'), patienceMs);
    let seen = Buffer.alloc(0);
    const finish = (kind: Kind | 'silent' | 'ended'): void => {
      if (timer !== null) clearTimeout(timer);
      client.off('readable', read).off('close', ended).off('end', ended);
      if (seen.length > 0) client.unshift(seen);
      resolve(kind);
    };
    const ended = (): void => finish('ended');
    const read = (): void => {
      const bytes: unknown = client.read();
      if (!(bytes instanceof Buffer)) return;
      seen = Buffer.concat([seen, bytes]);
      const kind = look(seen);
      if (!isMore(kind)) finish(kind);
    };
    client.on('readable', read).once('end', ended).once('close', ended);
  });
}

function isMore(kind: unknown): kind is 'more' {
  return kind === 'more';
}

function tunnelAction(
  gate: TunnelContext,
  scheme: 'http' | 'https',
  authority: Authority,
  origin: Origin | null,
): HttpAction {
  const target = gate.targetFor(scheme, authority.host, authority.port);
  const unseen = { known: false, why: unreadBecause(gate, scheme, authority, target) } as const;
  return {
    kind: 'http',
    target,
    origin,
    method: unseen,
    scheme,
    host: authority.host,
    port: authority.port,
    path: unseen,
    query: unseen,
    headers: {},
    contentType: null,
    body: unseen,
    bodyDigest: null,
  };
}

function unreadBecause(
  { inspection }: TunnelContext,
  scheme: 'http' | 'https',
  authority: Authority,
  target: Target,
): string {
  const tunnel = `a tunnel to ${formatAuthority(authority)}`;
  if (scheme === 'http') return `${tunnel} that carries no HTTP`;
  return inspection?.wants(target) === true
    ? `${tunnel} whose client speaks no HTTP/1.1`
    : `${tunnel}, read where its target says "inspect: true"`;
}
