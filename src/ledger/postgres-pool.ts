import pg from 'pg';
import { JitError, messageOf } from '../errors.ts';
import type { Row } from './rows.ts';

/** How long anything may take before the connection is given up; longer than a statement ever needs. */
const answerWithinMs = 20_000;

/** What the ledger asks of PostgreSQL. */
export interface Database {
  /** One statement of its own. */
  rows(sql: string, ...values: unknown[]): Promise<readonly Row[]>;
  /** All of `work` or nothing. */
  transaction<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Connections to `postgresql://…`; made when they are needed, and made anew when they break. */
export function connect(url: string, readOnly: boolean): Database {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'jit-approval',
    max: 10,
    connectionTimeoutMillis: 10_000,
    query_timeout: answerWithinMs,
    keepAlive: true,
  });
  // a connection that breaks while nobody uses it is dropped by the pool; whoever asks next gets another
  pool.on('error', () => {});
  // session state and not a startup parameter: connection poolers refuse those that they do not know
  const begin = `BEGIN ${readOnly ? 'READ ONLY' : 'READ WRITE'}; SET LOCAL idle_in_transaction_session_timeout = ${answerWithinMs}`;
  let closing: Promise<void> | null = null;
  return {
    async rows(sql, ...values) {
      return (await pool.query(sql, values)).rows;
    },
    async transaction(work) {
      const client = await pool.connect();
      let broken = true;
      try {
        await client.query(begin);
        const result = await work(client);
        await client.query('COMMIT');
        broken = false;
        return result;
      } catch (thrown) {
        await client.query('ROLLBACK').then(
          () => {
            broken = false;
          },
          // the connection is gone, and the transaction with it
          () => {},
        );
        throw thrown;
      } finally {
        client.release(broken);
      }
    },
    close() {
      closing ??= pool.end();
      return closing;
    },
  };
}

/** Never repeats the URL: it holds a password. */
export function notOpened(thrown: unknown): JitError {
  if (thrown instanceof JitError) return thrown;
  const what = messageOf(thrown) || 'nothing answers there';
  return new JitError(
    'ledger-open',
    `The ledger in PostgreSQL cannot be opened: ${what}. Expected postgresql://USER:PASSWORD@HOST:PORT/DATABASE of a server that can be reached, and a user who may create the schema jit_approval.`,
    { cause: thrown },
  );
}
