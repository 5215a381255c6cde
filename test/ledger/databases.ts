import { after } from 'node:test';
import pg from 'pg';
import { startPostgres } from '../../src/sandbox/postgres.ts';

/** A real PostgreSQL for one test file. */
export interface Databases {
  /** The URL of a new and empty database. */
  fresh(): Promise<string>;
}

export async function databases(): Promise<Databases> {
  const server = await startPostgres();
  after(() => server.stop());
  let made = 0;
  return {
    async fresh() {
      const name = `ledger_${made++}`;
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      await client.query(`CREATE DATABASE ${name}`);
      await client.end();
      return server.url.replace(/[^/]*$/, name);
    },
  };
}
