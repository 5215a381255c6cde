import { randomBytes, randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import { messageOf } from '../../errors.ts';
import type { Origin, Target } from '../../policy/action.ts';
import type { Judge, TransactionEvent } from '../../policy/judge.ts';
import type { AnalyseSoon } from '../../policy/sql/analyse.ts';
import { originInComment, originInName } from '../../protocol/origin-conventions.ts';
import type { ErrorText } from '../../protocol/postgres/fields.ts';
import {
  authenticationOk,
  backendKeyData,
  parameterStatus,
  readyForQuery,
} from '../../protocol/postgres/server-messages.ts';
import { type PostgresSettings, targetOfDatabase } from '../../targets/postgres.ts';
import { noOrigins, type ReadOrigin } from '../origins.ts';
import type { SessionContext } from './context.ts';
import type { Greeted } from './greeting.ts';
import { askJudge } from './judging.ts';
import { Knowledge, type NamesClock } from './knowledge.ts';
import type { Looking } from './looking.ts';
import { Portals } from './portals.ts';
import { refusalOf } from './refusal.ts';
import { ServerSide } from './server-side.ts';
import { Session } from './session.ts';
import { judgeStartup } from './startup-settings.ts';
import { Statements } from './statements.ts';
import { turnAway } from './turn-away.ts';
import { connectUpstream, type Upstream } from './upstream.ts';

export interface SessionOptions {
  readonly target: Target;
  readonly upstream: PostgresSettings;
  readonly judge: Judge;
  /** Asked for at the first connection, or by `warm`: the parser takes a while to load. */
  readonly analyser: () => Promise<AnalyseSoon>;
  /** Told what people should know of, for instance that the target cannot be reached. */
  readonly report?: (notice: string) => void;
  readonly origins?: ReadOrigin;
}

/** A session as cancel requests and the gate's end know it. */
export interface Live {
  readonly process: number;
  readonly key: Buffer;
  readonly upstream: Upstream;
  readonly server: ServerSide;
  readonly session: Session;
}

/** What the sessions of one gate share. */
export interface Shared {
  /** By the process number that each client was told. */
  readonly live: Map<number, Live>;
  readonly clock: NamesClock;
  readonly looking: Looking;
  /** The gate's end has begun, so no session does. */
  readonly closing: () => boolean;
}

/** Brings a client that was let in to its session; where that cannot be, the client is told and sent away. */
export async function openSession(
  socket: Socket,
  greeted: Greeted,
  analyse: AnalyseSoon,
  options: SessionOptions,
  shared: Shared,
): Promise<void> {
  const { judge, upstream: settings } = options;
  const target = targetOf(greeted, options);
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
    turnAway(socket, unreachable(error, options));
    return;
  }
  judged.settle(true);
  if (shared.closing() || socket.destroyed) {
    upstream.socket.destroy();
    socket.destroySoon();
    return;
  }
  const live = assemble({ socket, greeted, target, upstream, analyse }, options, shared);
  socket.cork();
  for (const bytes of welcome(upstream, live)) socket.write(bytes);
  socket.uncork();
  live.server.start();
  live.session.start();
}

/** What a session is put together from. */
interface Parts {
  readonly socket: Socket;
  readonly greeted: Greeted;
  readonly target: Target;
  readonly upstream: Upstream;
  readonly analyse: AnalyseSoon;
}

/** Puts a session together; neither side is read from yet. */
function assemble(parts: Parts, options: SessionOptions, shared: Shared): Live {
  const { socket, greeted, target, upstream, analyse } = parts;
  const { judge, report, origins = noOrigins } = options;
  const process = freeNumber(shared.live);
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
      shared.live.delete(process);
      if (error !== null) report?.(`a connection to ${target.name} broke: ${error.message}`);
      session.end(error === null ? null : lost(error));
      follow({ event: 'lost' });
    },
  });
  const ref = { id: `${target.name} ${process}`, backend: upstream.key?.process ?? null };
  const follow = (event: TransactionEvent): void =>
    judge.follow?.(ref, event.event === 'ended' && server.undone ? { ...event, undone: true } : event);
  const database = target.database ?? options.upstream.database;
  const knowledge = new Knowledge(server, shared.clock, ref, shared.looking, database);
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
  shared.live.set(process, live);
  return live;
}

/** A client may ask for another database of the same server: that is another target to an approval. */
function targetOf(greeted: Greeted, { target, upstream }: SessionOptions): Target {
  return targetOfDatabase(target, greeted.parameters.get('database') ?? upstream.database);
}

function freeNumber(taken: ReadonlyMap<number, Live>): number {
  for (;;) {
    const number = randomInt(1, 2 ** 31 - 1);
    if (!taken.has(number)) return number;
  }
}

function* welcome(upstream: Upstream, live: Pick<Live, 'process' | 'key'>): Generator<Buffer> {
  yield authenticationOk;
  yield* upstream.notices;
  for (const [name, value] of upstream.parameters) yield parameterStatus(name, value);
  yield backendKeyData(live.process, live.key);
  yield readyForQuery('I');
}

function unreachable(error: unknown, { target, upstream, report }: SessionOptions): ErrorText {
  // the target's own refusal has an SQLSTATE of five characters, a network error a longer name
  if (error instanceof Error && 'code' in error && /^[0-9A-Z]{5}$/.test(String(error.code))) {
    return { severity: 'FATAL', code: String(error.code), message: error.message };
  }
  const message = `the gate could not reach ${target.name} at ${upstream.host}:${upstream.port}: ${messageOf(error)}`;
  report?.(message);
  return { severity: 'FATAL', code: '08001', message };
}

function lost(error: Error): ErrorText {
  return {
    severity: 'FATAL',
    code: '08006',
    message: `the connection to the target broke: ${error.message}`,
  };
}
