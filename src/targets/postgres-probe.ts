import type pg from 'pg';
import { messageOf } from '../errors.ts';
import type { Known } from '../policy/action.ts';
import type { PostgresSettings } from './postgres.ts';
import { tlsAttempts } from './postgres-tls.ts';

/** The session in whose place the probe asks. */
export interface ProbedSession {
  readonly database: string;
  readonly role: string;
  /** As `SHOW search_path` gives it. */
  readonly searchPath: string;
}

export type ProbeRows = readonly (readonly (string | null)[])[];

/** How long the server may take to let the probe in, in milliseconds. */
const connectTimeout = 5_000;

/**
 * A second connection to a target for questions whose answer may run code of the target (planning evaluates
 * functions, a look-up reads views): read-only and undone, so that nothing of it stays, and with short limits,
 * because it could wait behind the very statement that waits for it.
 */
export class PostgresProbe {
  readonly #settings: PostgresSettings;
  readonly #clients = new Map<string, Promise<pg.Client>>();
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(settings: PostgresSettings) {
    this.#settings = settings;
  }

  /** Rows as text. Never rejects: what goes wrong is why nothing is known. */
  query(session: ProbedSession, sql: string, params: readonly (string | null)[]): Promise<Known<ProbeRows>> {
    // one connection, one question at a time
    const answer = this.#turn.then(() => this.#ask(session, sql, params));
    this.#turn = answer;
    return answer;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const clients = await Promise.allSettled(this.#clients.values());
    await Promise.allSettled(clients.map((one) => (one.status === 'fulfilled' ? one.value.end() : null)));
  }

  async #ask(
    session: ProbedSession,
    sql: string,
    params: readonly (string | null)[],
  ): Promise<Known<ProbeRows>> {
    if (this.#closed) return { known: false, why: 'the gate is closed' };
    try {
      const client = await this.#client(session.database);
      await client.query('BEGIN READ ONLY');
      try {
        await client.query("SET LOCAL lock_timeout = '100ms'; SET LOCAL statement_timeout = '500ms'");
        await client.query(
          "SELECT pg_catalog.set_config('role', $1, true), pg_catalog.set_config('search_path', $2, true)",
          [session.role, session.searchPath],
        );
        const { rows } = await client.query<(string | null)[]>({
          text: sql,
          values: [...params],
          rowMode: 'array',
          types: { getTypeParser: () => (value: string) => value },
        });
        return { known: true, value: rows };
      } finally {
        await client.query('ROLLBACK');
      }
    } catch (error) {
      return { known: false, why: messageOf(error) };
    }
  }

  /** A connection that broke is made anew at the next question. */
  #client(database: string): Promise<pg.Client> {
    const open = this.#clients.get(database);
    if (open !== undefined) return open;
    const opening = connect(this.#settings, database, () => this.#clients.delete(database));
    this.#clients.set(database, opening);
    opening.catch(() => this.#clients.delete(database));
    return opening;
  }
}

async function connect(settings: PostgresSettings, database: string, broken: () => void): Promise<pg.Client> {
  const [{ default: driver }, attempts] = await Promise.all([import('pg'), tlsAttempts(settings)]);
  for (const [at, tls] of attempts.entries()) {
    const client = new driver.Client({
      host: settings.host,
      port: settings.port,
      user: settings.user,
      database,
      // a function, as an empty string would make pg look into PGPASSWORD and ~/.pgpass
      password: () => settings.password ?? '',
      ssl: tls,
      connectionTimeoutMillis: connectTimeout,
      application_name: 'jit-approval',
      client_encoding: 'UTF8',
    });
    client.on('error', broken);
    client.on('end', broken);
    try {
      await client.connect();
      return client;
    } catch (error) {
      const next = attempts.length > at + 1;
      if (!next || !(error instanceof Error) || !/does not support SSL/.test(error.message)) throw error;
    }
  }
  throw new Error('there is no way to connect');
}
