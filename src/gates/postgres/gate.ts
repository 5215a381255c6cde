import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { JitError, messageOf } from '../../errors.ts';
import type { Origin, Target } from '../../policy/action.ts';
import type { Judge, TransactionEvent } from '../../policy/judge.ts';
import type { AnalyseSoon } from '../../policy/sql/analyse.ts';
import { originInComment, originInName } from '../../protocol/origin-conventions.ts';
import { type ErrorText, errorResponse } from '../../protocol/postgres/fields.ts';
import { messageLimit, smallMessageLimit } from '../../protocol/postgres/limits.ts';
import { type ScramSecret, scramSecret } from '../../protocol/postgres/scram.ts';
import {
  authenticationOk,
  backendKeyData,
  parameterStatus,
  readyForQuery,
} from '../../protocol/postgres/server-messages.ts';
import { type PostgresSettings, targetOfDatabase } from '../../targets/postgres.ts';
import { PostgresProbe } from '../../targets/postgres-probe.ts';
import type { Gate } from '../gate.ts';
import { noOrigins, type ReadOrigin } from '../origins.ts';
import type { SessionContext } from './context.ts';
import { type Greeted, greet, rejection } from './greeting.ts';
import { askJudge } from './judging.ts';
import { Knowledge, type NamesClock } from './knowledge.ts';
import type { Looking } from './looking.ts';
import { Portals } from './portals.ts';
import { refusalOf } from './refusal.ts';
import { ServerSide } from './server-side.ts';
import { Session } from './session.ts';
import { judgeStartup } from './startup-settings.ts';
import { Statements } from './statements.ts';
import type { Upstream } from './upstream.ts';

export interface PostgresGateOptions {
  readonly target: Target;
  readonly upstream: PostgresSettings;
  readonly judge: Judge;
  /** Asked for at the first connection, or by `warm`: the parser takes a while to load. */
  readonly analyser: () => Promise<AnalyseSoon>;
  /** Told what people should know of, for instance that the target cannot be reached. */
  readonly report?: (notice: string) => void;
  /** Largest message of a client in bytes; by default PostgreSQL's own limit, just under 1 GiB. */
  readonly messageLimit?: number;
  readonly origins?: ReadOrigin;
}

export interface PostgresGate extends Gate {
  /** As the target's, so that what asks for current_user finds what it expects. */
  readonly user: string;
  /** Of this run only. */
  readonly password: string;
  readonly database: string;
}

const host = '127.0.0.1';

/** authentication_timeout of PostgreSQL, in milliseconds. */
const greetingTimeout = 60_000;

export async function startPostgresGate(options: PostgresGateOptions): Promise<PostgresGate> {
  const password = randomBytes(24).toString('hex');
  const listener = new Listener(options, scramSecret(password, randomBytes(16)));
  const port = await listener.listen();
  const { user, database } = options.upstream;
  const warm = (): void => void Promise.all([driver(), options.analyser()]).catch(() => undefined);
  return { host, port, user, password, database, warm, close: () => listener.close() };
}

/** What speaks to the target; loaded when the first client comes. */
const driver = () => import('./upstream.ts');

/** A session as cancel requests and the gate's end know it. */
interface Live {
  readonly process: number;
  readonly key: Buffer;
  readonly upstream: Upstream;
  readonly server: ServerSide;
  readonly session: Session;
}

class Listener {
  readonly #options: PostgresGateOptions;
  readonly #secret: ScramSecret;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #live = new Map<number, Live>();
  readonly #clock: NamesClock = { changes: 0 };
  readonly #looking: Looking;
  #closing: Promise<void> | null = null;

  constructor(options: PostgresGateOptions, secret: ScramSecret) {
    this.#options = options;
    this.#secret = secret;
    this.#looking = { probe: new PostgresProbe(options.upstream), catalog: { at: 0, answers: new Map() } };
    this.#server = createServer({ noDelay: true }, (socket) => void this.#accept(socket));
  }

  listen(): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#server.once('error', reject);
    this.#server.listen(0, host, () => {
      const address = this.#server.address();
      if (typeof address === 'object' && address !== null) resolve(address.port);
      else reject(new JitError('postgres-gate', `the gate could not listen on ${host}`));
    });
    return promise;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    // what still runs on the target belongs to a suite that is over
    const busy = [...this.#live.values()].filter(({ server }) => !server.pipeline.empty);
    await Promise.all(busy.map(({ upstream }) => this.#cancelUpstream(upstream)));
    for (const { session } of [...this.#live.values()]) {
      session.end({
        severity: 'FATAL',
        code: '57P01',
        message: 'the gate closes because the suite has ended',
      });
    }
    for (const socket of this.#sockets) socket.destroySoon();
    await this.#looking.probe.close();
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
      if (greeting.kind === 'session') await this.#begin(socket, greeting);
      else {
        await this.#cancel(greeting.process, greeting.key);
        socket.destroySoon();
      }
    } catch (error) {
      const words = rejection(error);
      if (words !== null && socket.writable) socket.write(words);
      socket.destroySoon();
    } finally {
      clearTimeout(timer);
    }
  }

  async #begin(socket: Socket, greeted: Greeted): Promise<void> {
    const { judge, analyser, upstream: settings } = this.#options;
    const target = this.#targetOf(greeted);
    const loaded = await this.#load(socket, Promise.all([analyser(), driver()]));
    if (loaded === null) return;
    const [analyse, { connectUpstream }] = loaded;
    const judged = await judgeStartup(greeted.parameters, { target, role: settings.user, judge, analyse });
    if (judged.refused !== null) {
      judged.settle(false);
      turnAway(socket, { ...refusalOf(judged.refused).error, severity: 'FATAL' });
      return;
    }
    let upstream: Upstream;
    try {
      upstream = await connectUpstream(settings, greeted.parameters);
    } catch (error) {
      judged.settle(false);
      turnAway(socket, this.#unreachable(error));
      return;
    }
    judged.settle(true);
    if (this.#closing !== null || socket.destroyed) {
      upstream.socket.destroy();
      socket.destroySoon();
      return;
    }
    const live = this.#open(socket, greeted, upstream, analyse);
    socket.cork();
    for (const bytes of welcome(upstream, live)) socket.write(bytes);
    socket.uncork();
    live.server.start();
    live.session.start();
  }

  /** Null, and said to the client and in the report, where it fails: without it nothing can be judged. */
  async #load<T>(socket: Socket, loading: Promise<T>): Promise<T | null> {
    try {
      return await loading;
    } catch (error) {
      const message = `the gate of ${this.#options.target.name} could not be loaded: ${messageOf(error)}`;
      this.#options.report?.(message);
      turnAway(socket, { severity: 'FATAL', code: 'XX000', message });
      return null;
    }
  }

  #open(socket: Socket, greeted: Greeted, upstream: Upstream, analyse: AnalyseSoon): Live {
    const { judge, report, origins = noOrigins } = this.#options;
    const target = this.#targetOf(greeted);
    const process = this.#freeNumber();
    const server = new ServerSide(upstream, {
      toClient: (bytes) => session.toClient(bytes),
      ready: () => {
        knowledge.ready();
        const { status, empty } = server.pipeline;
        // not while it has failed: ROLLBACK TO brings back what was bound before the savepoint
        if (status === 'I' && empty) context.portals.closeAll();
      },
      idle: () => follow({ event: 'ended' }),
      gone: (error) => {
        this.#live.delete(process);
        if (error !== null) report?.(`a connection to ${target.name} broke: ${error.message}`);
        session.end(error === null ? null : lost(error));
        follow({ event: 'lost' });
      },
    });
    const ref = { id: `${target.name} ${process}`, backend: upstream.key?.process ?? null };
    const follow = (event: TransactionEvent): void =>
      judge.follow?.(ref, event.event === 'ended' && server.undone ? { ...event, undone: true } : event);
    const database = target.database ?? this.#options.upstream.database;
    const knowledge = new Knowledge(server, this.#clock, ref, this.#looking, database);
    const application = origins(originInName(greeted.parameters.get('application_name') ?? ''));
    let caused: Origin | null = null;
    const rule = askJudge(
      judge,
      target,
      knowledge,
      (statement) => caused ?? origins(originInComment(statement)) ?? application,
    );
    const context: SessionContext = {
      server,
      knowledge,
      statements: new Statements(),
      portals: new Portals(),
      analyse,
      rule,
      told: (place) => {
        caused = origins(place);
      },
      follow,
    };
    const session = new Session(socket, greeted.frames, context);
    const live: Live = { process, key: randomBytes(4), upstream, server, session };
    this.#live.set(process, live);
    return live;
  }

  /** A client may ask for another database of the same server: that is another target to an approval. */
  #targetOf(greeted: Greeted): Target {
    const { target, upstream } = this.#options;
    return targetOfDatabase(target, greeted.parameters.get('database') ?? upstream.database);
  }

  #freeNumber(): number {
    for (;;) {
      const number = randomInt(1, 2 ** 31 - 1);
      if (!this.#live.has(number)) return number;
    }
  }

  async #cancel(process: number, key: Buffer): Promise<void> {
    const live = this.#live.get(process);
    if (live === undefined || key.length !== live.key.length || !timingSafeEqual(key, live.key)) return;
    await this.#cancelUpstream(live.upstream);
  }

  async #cancelUpstream(upstream: Upstream): Promise<void> {
    const { cancelUpstream } = await driver();
    await cancelUpstream(this.#options.upstream, upstream);
  }

  #unreachable(error: unknown): ErrorText {
    const { host: address, port } = this.#options.upstream;
    // the target's own refusal has an SQLSTATE of five characters, a network error a longer name
    if (error instanceof Error && 'code' in error && /^[0-9A-Z]{5}$/.test(String(error.code))) {
      return { severity: 'FATAL', code: String(error.code), message: error.message };
    }
    const message = `the gate could not reach ${this.#options.target.name} at ${address}:${port}: ${messageOf(error)}`;
    this.#options.report?.(message);
    return { severity: 'FATAL', code: '08001', message };
  }
}

function turnAway(socket: Socket, error: ErrorText): void {
  if (socket.writable) socket.write(errorResponse(error));
  socket.destroySoon();
}

function* welcome(upstream: Upstream, live: Pick<Live, 'process' | 'key'>): Generator<Buffer> {
  yield authenticationOk;
  yield* upstream.notices;
  for (const [name, value] of upstream.parameters) yield parameterStatus(name, value);
  yield backendKeyData(live.process, live.key);
  yield readyForQuery('I');
}

function lost(error: Error): ErrorText {
  return {
    severity: 'FATAL',
    code: '08006',
    message: `the connection to the target broke: ${error.message}`,
  };
}
