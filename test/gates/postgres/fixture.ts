import { after } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import {
  type PostgresGate,
  type PostgresGateOptions,
  startPostgresGate,
} from '../../../src/gates/postgres/gate.ts';
import { connectUpstream } from '../../../src/gates/postgres/upstream.ts';
import type { SqlAction } from '../../../src/policy/action.ts';
import type { Judge, Ruling, Settlement, TransactionScope } from '../../../src/policy/judge.ts';
import { createAnalyser } from '../../../src/policy/sql/analyse.ts';
import type { FrameReader } from '../../../src/protocol/postgres/frames.ts';
import { type SandboxPostgres, startPostgres } from '../../../src/sandbox/postgres.ts';
import { postgresTarget, settingsFromUrl } from '../../../src/targets/postgres.ts';
import { loadSqlParser } from '../../../src/targets/sql-parser.ts';

/** A runtime action as the judge met it, and how the gate said that it ended. */
export interface Judged {
  readonly action: SqlAction;
  readonly verdict: 'allow' | 'held' | 'denied';
  settled: Settlement | null;
  latencyMs: number | null;
}

export type Decide = (
  action: SqlAction,
  scope: TransactionScope | null,
) => Judged['verdict'] | Promise<Judged['verdict']>;

export const heldId = '7f3k9q2m';

/** By default what deletes, and what is not understood, is held. */
export const holdDeletes: Decide = ({ analysis }) =>
  analysis.unknown.length > 0 || analysis.operations.some(({ operation }) => operation === 'delete')
    ? 'held'
    : 'allow';

/** One server and one gate for a test file. */
export interface Fixture {
  readonly db: SandboxPostgres;
  readonly gate: PostgresGate;
  readonly url: string;
  readonly judged: Judged[];
  readonly notices: string[];
  /** Another judge while `work` runs. */
  deciding(decide: Decide, work: () => Promise<unknown>): Promise<void>;
  /** A client through the gate, and one that goes around it. */
  client(config?: pg.ClientConfig): Promise<pg.Client>;
  direct(): Promise<pg.Client>;
  /** A session through the gate, spoken to in messages. */
  wire(parameters?: Readonly<Record<string, string>>): Promise<Wire>;
  /** What the judge met while `work` ran. */
  during(work: () => Promise<unknown>): Promise<Judged[]>;
}

export async function openFixture(options: Partial<PostgresGateOptions> = {}): Promise<Fixture> {
  const db = await startPostgres();
  const clients: pg.Client[] = [];
  const wires: Wire[] = [];
  const judged: Judged[] = [];
  const notices: string[] = [];
  const settings = settingsFromUrl(db.url);
  let decide = holdDeletes;
  const judge: Judge = {
    reads: () => 'head',
    async judge(action, scope) {
      if (action.kind !== 'sql') throw new Error('the gate made something else than SQL');
      const verdict = await decide(action, scope);
      const entry: Judged = { action, verdict, settled: null, latencyMs: null };
      judged.push(entry);
      return ruling(entry);
    },
  };
  const analyse = createAnalyser(await loadSqlParser());
  const gate = await startPostgresGate({
    target: postgresTarget('shop-db', settings, { declared: true, disposable: false }),
    upstream: settings,
    judge,
    analyser: async () => analyse,
    report: (notice) => notices.push(notice),
    ...options,
  });
  const url = `postgresql://${gate.user}:${gate.password}@${gate.host}:${gate.port}/${gate.database}`;
  const open = async (config: pg.ClientConfig): Promise<pg.Client> => {
    const client = new pg.Client(config);
    // a test that ends the session from outside has said so itself
    client.on('error', () => {});
    await client.connect();
    clients.push(client);
    return client;
  };
  const fixture: Fixture = {
    db,
    gate,
    url,
    judged,
    notices,
    async deciding(other, work) {
      decide = other;
      try {
        await work();
      } finally {
        decide = holdDeletes;
      }
    },
    client: (config = {}) => open({ connectionString: url, ...config }),
    direct: () => open({ connectionString: db.url }),
    async wire(parameters = {}) {
      const wire = await openWire(url, parameters);
      wires.push(wire);
      return wire;
    },
    async during(work) {
      const before = judged.length;
      await work();
      const entries = judged.slice(before);
      // a client hears of an error one message before the gate hears that the statement has ended
      await Promise.race([Promise.all(entries.map((entry) => ends.get(entry))), setTimeout(500)]);
      return entries;
    },
  };
  after(async () => {
    for (const wire of wires) wire.socket.destroy();
    await Promise.all(clients.map((client) => client.end()));
    await gate.close();
    await db.stop();
  });
  return fixture;
}

const ends = new WeakMap<Judged, Promise<void>>();

function ruling(entry: Judged): Ruling {
  const { promise, resolve } = Promise.withResolvers<void>();
  ends.set(entry, promise);
  const settle = (settlement: Settlement, latencyMs?: number): void => {
    resolve();
    if (entry.settled !== null) throw new Error(`settled twice: ${entry.settled}, then ${settlement}`);
    entry.settled = settlement;
    entry.latencyMs = latencyMs ?? null;
  };
  if (entry.verdict === 'allow') return { outcome: 'allow', settle };
  const message = `${entry.verdict} by the rule no-deletes`;
  const hint = `approve with /approve ${heldId}`;
  return { outcome: entry.verdict, actionId: heldId, message, detail: 'règle no-deletes', hint, settle };
}

/** A session in messages: send bytes, read frames. */
export interface Wire {
  readonly socket: Awaited<ReturnType<typeof connectUpstream>>['socket'];
  readonly parameters: ReadonlyMap<string, string>;
  send(...messages: readonly Buffer[]): void;
  /** Frames up to and with the next ReadyForQuery, each as its type; errors as `E` and their SQLSTATE. */
  answers(): Promise<string[]>;
  /** As `answers`, up to and with the first frame of a type. */
  until(type: string): Promise<string[]>;
  /** Resolves with what was left unread when the gate has closed the connection. */
  closed(): Promise<string[]>;
}

async function openWire(url: string, parameters: Readonly<Record<string, string>>): Promise<Wire> {
  // the gate's own way to speak to a server serves to speak to the gate
  const opened = await connectUpstream(settingsFromUrl(url), new Map(Object.entries(parameters)));
  const { socket, frames } = opened;
  let wake = (): void => {};
  let over = false;
  socket.on('data', (chunk: Buffer) => {
    frames.push(chunk);
    wake();
  });
  socket.on('close', () => {
    over = true;
    wake();
  });
  const next = async (): Promise<string | null> => {
    for (;;) {
      const frame = frames.next();
      if (frame !== null) return shown(frame);
      if (over) return null;
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    }
  };
  const until = async (last: string | null): Promise<string[]> => {
    const met: string[] = [];
    for (let item = await next(); item !== null; item = await next()) {
      met.push(item);
      if (item[0] === last) return met;
    }
    if (last === null) return met;
    throw new Error(`the connection ended after ${met.join(' ')}, before ${last}`);
  };
  socket.resume();
  return {
    socket,
    parameters: opened.parameters,
    send: (...messages) => void socket.write(Buffer.concat(messages)),
    answers: () => until('Z'),
    until,
    closed: () => until(null),
  };
}

function shown({ type, body }: NonNullable<ReturnType<FrameReader['next']>>): string {
  if (type === 'E') return `E${/\0C([0-9A-Z]{5})\0/.exec(body.toString('latin1'))?.[1] ?? ''}`;
  if (type === 'Z') return `Z${body.toString('latin1')}`;
  if (type === 'C') return `C ${body.toString('latin1').replace('\0', '')}`;
  return type;
}

/** The error that a promise is rejected with, as pg tells it. */
export async function errorOf(promise: Promise<unknown>): Promise<pg.DatabaseError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof pg.DatabaseError) return error;
    throw error;
  }
  throw new Error('an error was expected, but there was none');
}
