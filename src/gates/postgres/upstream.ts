import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { FrameReader } from '../../protocol/postgres/frames.ts';
import { decodeBackendKey, decodeParameterStatus } from '../../protocol/postgres/server-messages.ts';
import { encodeStartup } from '../../protocol/postgres/startup.ts';
import type { PostgresSettings } from '../../targets/postgres.ts';
import { tlsAttempts } from '../../targets/postgres-tls.ts';

/** A connection to the target, authenticated and idle, with all that the server said so far. */
export interface Upstream {
  /** Paused. */
  readonly socket: Duplex;
  /** Holds what came after the first ReadyForQuery. */
  readonly frames: FrameReader;
  readonly parameters: Map<string, string>;
  readonly key: { readonly process: number; readonly key: Buffer } | null;
  /** Notices of the start-up, as they came. */
  readonly notices: readonly Buffer[];
  /** How the connection was made, for cancel requests. */
  readonly tls: ConnectionOptions | false;
}

// Both methods are what `pg` itself calls; its types leave them out.
declare module 'pg' {
  interface Connection {
    attachListeners(stream: EventEmitter): void;
    startup(settings: object): void;
    requestSsl(): void;
    cancel(process: number, key: number): void;
    connect(port: number, host: string): void;
    connect(path: string): void;
  }
}

/** How long the target may take to let us in, in milliseconds. */
const connectTimeout = 30_000;

/** A cancel request that took longer would come for another query. */
const cancelTimeout = 3_000;

/**
 * `pg` does what is hard to do well (TLS, SCRAM, md5), the gate does the rest: the start-up packet is the
 * client's own, and `pg` is fed message by message, so that nothing after the first ReadyForQuery ever
 * reaches its parser.
 */
class TappedConnection extends pg.Connection {
  readonly frames = new FrameReader();
  readonly parameters = new Map<string, string>();
  readonly notices: Buffer[] = [];
  key: Upstream['key'] = null;
  readonly #startup: ReadonlyMap<string, string>;

  constructor(ssl: ConnectionOptions | false, startup: ReadonlyMap<string, string>) {
    super({ ssl, sslnegotiation: 'postgres', keepAlive: true });
    this.#startup = startup;
  }

  override startup(): void {
    this.stream.write(encodeStartup(this.#startup));
  }

  override attachListeners(stream: Duplex): void {
    const feed = new EventEmitter();
    super.attachListeners(feed);
    const listen = (chunk: Buffer): void => {
      // what is thrown inside a listener would end the process
      try {
        this.#take(chunk, stream, feed, listen);
      } catch (error) {
        stream.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    };
    stream.on('data', listen);
  }

  #take(chunk: Buffer, stream: Duplex, feed: EventEmitter, listen: (chunk: Buffer) => void): void {
    this.frames.push(chunk);
    for (let frame = this.frames.next(); frame !== null; frame = this.frames.next()) {
      this.#note(frame.type, frame.body, frame.bytes);
      if (frame.type === 'Z') {
        stream.off('data', listen);
        stream.pause();
      }
      feed.emit('data', frame.bytes);
      if (frame.type === 'Z') return;
    }
  }

  #note(type: string, body: Buffer, bytes: Buffer): void {
    if (type === 'K') this.key = decodeBackendKey(body);
    if (type === 'N') this.notices.push(bytes);
    if (type !== 'S') return;
    const { name, value } = decodeParameterStatus(body);
    this.parameters.set(name, value);
  }
}

/** Connects as the settings' user; everything else of the start-up is as the client asked. Rejects with pg's error. */
export async function connectUpstream(
  settings: PostgresSettings,
  startup: ReadonlyMap<string, string>,
): Promise<Upstream> {
  const attempts = await tlsAttempts(settings);
  for (const [at, tls] of attempts.entries()) {
    try {
      return await connectOnce(settings, startup, tls);
    } catch (error) {
      // sslmode=prefer: encryption where the server has it
      const next = attempts.length > at + 1;
      if (!next || !(error instanceof Error) || !/does not support SSL/.test(error.message)) throw error;
    }
  }
  throw new Error('there is no way to connect');
}

async function connectOnce(
  settings: PostgresSettings,
  startup: ReadonlyMap<string, string>,
  tls: ConnectionOptions | false,
): Promise<Upstream> {
  const own = new Map([...startup, ['user', settings.user]]);
  if (!own.has('database')) own.set('database', settings.database);
  const connection = new TappedConnection(tls, own);
  const config: pg.ClientConfig & { connection: pg.Connection } = {
    host: settings.host,
    port: settings.port,
    user: settings.user,
    database: own.get('database'),
    // a function, as an empty string would make pg look into PGPASSWORD and ~/.pgpass
    password: () => settings.password ?? '',
    ssl: tls,
    sslnegotiation: 'postgres',
    connectionTimeoutMillis: connectTimeout,
    connection,
  };
  const client = new pg.Client(config);
  // pg reports a broken connection here too, long after it was handed over
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    connection.stream.destroy();
    throw error;
  }
  const { stream: socket, frames, parameters, key, notices } = connection;
  return { socket, frames, parameters, key, notices, tls };
}

/** Asks the target to cancel what a session does. Its end says only that the request was delivered. */
export async function cancelUpstream(settings: PostgresSettings, upstream: Upstream): Promise<void> {
  const { key, tls } = upstream;
  if (key === null || key.key.length !== 4) return;
  const secret = key.key.readInt32BE(0);
  const connection = new pg.Connection({ ssl: tls, sslnegotiation: 'postgres' });
  const { promise, resolve } = Promise.withResolvers<void>();
  connection.on('error', () => resolve());
  connection.on('end', () => resolve());
  connection.on('connect', () =>
    tls === false ? connection.cancel(key.process, secret) : connection.requestSsl(),
  );
  connection.on('sslconnect', () => connection.cancel(key.process, secret));
  if (settings.host.startsWith('/')) connection.connect(`${settings.host}/.s.PGSQL.${settings.port}`);
  else connection.connect(settings.port, settings.host);
  const timer = setTimeout(() => connection.stream.destroy(), cancelTimeout);
  await promise;
  clearTimeout(timer);
  connection.stream.destroy();
}
