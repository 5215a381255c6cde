import type { Socket } from 'node:net';
import * as tls from 'node:tls';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { JitError } from '../../errors.ts';
import { type Authority, isLoopback } from '../../protocol/http/authority.ts';
import { maxHeaderSize, type Upstream, type UpstreamOptions } from './upstream.ts';

/** An Upstream that is there. */
export interface Connections extends Pick<Upstream, 'connect' | 'close'> {
  readonly dispatcher: Dispatcher;
}

/** Long enough for a slow handshake, short enough to fail before a test runner's own limit. */
const connectTimeoutMs = 30_000;

/** Connections to targets, made by undici. */
export function openConnections(options: UpstreamOptions): Connections {
  const secure = secureConnectors(options.trusted);
  const guarded = guard(connectorFor({}, secure), options.ownPorts);
  const bare = guard(connectorFor({ allowHalfOpen: true }, secure), options.ownPorts);
  // The suite's client has its own time limits; the gate must not add any (a hold may wait for people)
  const agent = new Agent({ connect: guarded, headersTimeout: 0, bodyTimeout: 0, maxHeaderSize });
  const open = new Set<Socket>();
  return {
    dispatcher: agent,
    connect: async (scheme, to) => {
      const socket = await connectWith(bare, scheme, to);
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      return socket;
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      await agent.destroy();
    },
  };
}

interface Settings {
  readonly allowHalfOpen?: true;
}

function connectorFor(
  settings: Settings,
  secure: (settings: Settings) => buildConnector.connector,
): buildConnector.connector {
  const plain = buildConnector({ timeout: connectTimeoutMs, ...settings });
  let overTls: buildConnector.connector | null = null;
  return (to, callback) => {
    if (to.protocol !== 'https:') {
      plain(to, callback);
      return;
    }
    overTls ??= secure(settings);
    overTls(to, callback);
  };
}

/** Some hundred certificates take a while to read: once, and not before something is reached by TLS. */
function secureConnectors(
  trusted: UpstreamOptions['trusted'],
): (settings: Settings) => buildConnector.connector {
  let context: tls.SecureContext | null = null;
  return (settings) => {
    if (context === null) {
      const beside = trusted?.() ?? [];
      context = tls.createSecureContext(beside.length === 0 ? {} : { ca: [...defaultRoots(), ...beside] });
    }
    return buildConnector({ timeout: connectTimeoutMs, secureContext: context, ...settings });
  };
}

/** What Node trusts as it was started; before 22.15 it tells only of its own roots. */
function defaultRoots(): readonly string[] {
  const { getCACertificates }: { getCACertificates?: (type: 'default') => string[] } = tls;
  return getCACertificates?.('default') ?? tls.rootCertificates;
}

/**
 * Refuses a connection that arrived at one of our own gates. Looked at after connecting, so that no name, no
 * other spelling of an address and no second answer of the DNS leads there.
 */
function guard(
  connector: buildConnector.connector,
  ownPorts: () => readonly number[],
): buildConnector.connector {
  return (options, callback) => {
    connector(options, (...result) => {
      const [error, socket] = result;
      if (error === null && isOwnGate(socket, ownPorts())) {
        socket.destroy();
        callback(new JitError('gate-loop', 'This address belongs to a gate of this run.'), null);
      } else callback(...result);
    });
  };
}

function isOwnGate(socket: Socket, ownPorts: readonly number[]): boolean {
  const { remoteAddress = '', localAddress, remotePort = 0 } = socket;
  if (!ownPorts.includes(remotePort)) return false;
  return isLoopback(remoteAddress) || remoteAddress === localAddress;
}

function connectWith(
  connector: buildConnector.connector,
  scheme: 'http' | 'https',
  { host, port }: Authority,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    connector({ hostname: host, host, protocol: `${scheme}:`, port: `${port}` }, (error, socket) => {
      if (error === null) resolve(socket);
      else reject(error);
    });
  });
}
