import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { messageOf } from '../../errors.ts';
import { messageLimit, smallMessageLimit } from '../../protocol/postgres/limits.ts';
import { type ScramSecret, scramSecret } from '../../protocol/postgres/scram.ts';
import { PostgresProbe } from '../../targets/postgres-probe.ts';
import { listenOnFreePort, loopback } from '../free-port.ts';
import type { Gate } from '../gate.ts';
import { EncryptionWanted, type Greeted, greet, rejection } from './greeting.ts';
import type { SessionOptions, Shared } from './open-session.ts';
import { turnAway } from './turn-away.ts';
import type { Upstream } from './upstream.ts';

export interface PostgresGateOptions extends SessionOptions {
  /** Largest message of a client in bytes; by default PostgreSQL's own limit, just under 1 GiB. */
  readonly messageLimit?: number;
}

export interface PostgresGate extends Gate {
  /** As the target's, so that what asks for current_user finds what it expects. */
  readonly user: string;
  /** Of this run only. */
  readonly password: string;
  readonly database: string;
}

/** authentication_timeout of PostgreSQL, in milliseconds. */
const greetingTimeout = 60_000;

export async function startPostgresGate(options: PostgresGateOptions): Promise<PostgresGate> {
  const password = randomBytes(24).toString('hex');
  const listener = new Listener(options, scramSecret(password, randomBytes(16)));
  const port = await listener.listen();
  const { user, database } = options.upstream;
  const warm = (): void => void load(options).catch(() => undefined);
  return { host: loopback, port, user, password, database, warm, close: () => listener.close() };
}

class Listener {
  readonly #options: PostgresGateOptions;
  readonly #secret: ScramSecret;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #shared: Shared;
  #closing: Promise<void> | null = null;

  constructor(options: PostgresGateOptions, secret: ScramSecret) {
    this.#options = options;
    this.#secret = secret;
    this.#shared = {
      live: new Map(),
      clock: { changes: 0 },
      looking: { probe: new PostgresProbe(options.upstream), catalog: { at: 0, answers: new Map() } },
      closing: () => this.#closing !== null,
    };
    this.#server = createServer({ noDelay: true }, (socket) => void this.#accept(socket));
  }

  listen(): Promise<number> {
    return listenOnFreePort(this.#server);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    const { live, looking } = this.#shared;
    // what still runs on the target belongs to a suite that is over
    const busy = [...live.values()].filter(({ server }) => !server.pipeline.empty);
    await Promise.all(busy.map(({ upstream }) => this.#cancelUpstream(upstream)));
    for (const { session } of [...live.values()]) {
      session.end({
        severity: 'FATAL',
        code: '57P01',
        message: 'the gate closes because the suite has ended',
      });
    }
    for (const socket of this.#sockets) socket.destroySoon();
    await looking.probe.close();
    await promise;
  }

  async #accept(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // 'close' follows, and is what everything listens for
    socket.on('error', () => {});
    const timer = setTimeout(() => socket.destroy(), greetingTimeout);
    try {
      const { user } = this.#options.upstream;
      const message = this.#options.messageLimit ?? messageLimit;
      const greeting = await greet(
        socket,
        { user, secret: this.#secret },
        { message, small: smallMessageLimit },
      );
      if (greeting.kind === 'session') await this.#open(socket, greeting);
      else {
        await this.#cancel(greeting.process, greeting.key);
        socket.destroySoon();
      }
    } catch (error) {
      if (error instanceof EncryptionWanted) this.#options.report?.(encryptionWanted(this.#options));
      const words = rejection(error);
      if (words !== null && socket.writable) socket.write(words);
      socket.destroySoon();
    } finally {
      clearTimeout(timer);
    }
  }

  /** Without what it loads nothing can be judged: the client is told, and the report says it. */
  async #open(socket: Socket, greeting: Greeted): Promise<void> {
    const { target, report } = this.#options;
    const loaded = await load(this.#options).catch((error: unknown) => {
      const message = `the gate of ${target.name} could not be loaded: ${messageOf(error)}`;
      report?.(message);
      turnAway(socket, { severity: 'FATAL', code: 'XX000', message });
      return null;
    });
    if (loaded === null) return;
    const [analyse, { openSession }] = loaded;
    await openSession(socket, greeting, analyse, this.#options, this.#shared);
  }

  async #cancel(process: number, key: Buffer): Promise<void> {
    const live = this.#shared.live.get(process);
    if (live === undefined || key.length !== live.key.length || !timingSafeEqual(key, live.key)) return;
    await this.#cancelUpstream(live.upstream);
  }

  async #cancelUpstream(upstream: Upstream): Promise<void> {
    const { cancelUpstream } = await import('./upstream.ts');
    await cancelUpstream(this.#options.upstream, upstream);
  }
}

/** All that a session takes, when the first client comes: a suite's first command need not wait for it. */
function load({ analyser }: SessionOptions) {
  return Promise.all([analyser(), import('./open-session.ts')]);
}

function encryptionWanted({ target }: SessionOptions): string {
  return (
    `A client asked the gate of "${target.name}" for TLS and would not go on without it. The way to a gate stays on ` +
    'this machine and has none; the gate itself encrypts towards the server. Take ssl out of the options in the ' +
    'code, and say it in the URL instead (sslmode=require, verify-full, ...).'
  );
}
