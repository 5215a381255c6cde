import type { ClientBase } from 'pg';
import type { Ledger } from './port.ts';
import { migrate, requireCurrent } from './postgres-migrations.ts';
import { connect, notOpened } from './postgres-pool.ts';
import { postgresQueue } from './postgres-queue.ts';
import { postgresRecording } from './postgres-recording.ts';
import { entryRow, headRow, pullRow } from './rows.ts';
import { recordedFact } from './stored-fact.ts';

/**
 * The ledger in PostgreSQL, schema `jit_approval`: for several replicas. `readOnly`: of a ledger that must
 * exist, beside Apps that may be running.
 */
export async function postgresLedger(
  url: string,
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): Promise<Ledger> {
  const database = connect(url, readOnly);
  const { rows, transaction, close } = database;
  await transaction(readOnly ? requireCurrent : migrate).catch(async (thrown) => {
    await close();
    throw notOpened(thrown);
  });
  return {
    ...postgresRecording(database),
    ...postgresQueue(database),
    async facts({ repository, number }) {
      const sql = `SELECT sequence, body FROM jit_approval.fact
                   WHERE repository = $1 AND number = $2 AND body IS NOT NULL ORDER BY sequence`;
      const found = await rows(sql, repository, number);
      return found.map((row) => recordedFact(Number(row.sequence), String(row.body)));
    },
    async open() {
      const sql = 'SELECT repository, number, installation FROM jit_approval.pull WHERE open';
      return (await rows(sql)).map(pullRow);
    },
    async known(repository) {
      const sql = 'SELECT repository, number, installation FROM jit_approval.pull WHERE repository = $1';
      return (await rows(sql, repository)).map(pullRow);
    },
    async arrived(deliveries) {
      const sql = 'SELECT DISTINCT guid FROM jit_approval.delivery WHERE guid = ANY($1)';
      return new Set((await rows(sql, deliveries)).map(({ guid }) => String(guid)));
    },
    async askedFor(deliveries) {
      const found = await rows(
        'SELECT guid, attempt FROM jit_approval.asked WHERE guid = ANY($1)',
        deliveries,
      );
      return new Map(found.map(({ guid, attempt }) => [String(guid), Number(attempt)]));
    },
    async noteAskedFor(delivery, attempt) {
      await rows(
        `INSERT INTO jit_approval.asked (guid, attempt) VALUES ($1, $2)
         ON CONFLICT (guid) DO UPDATE SET attempt = excluded.attempt, asked_at = excluded.asked_at`,
        delivery,
        attempt,
      );
    },
    async heads() {
      // chains whose head was taken away are chains too
      const found = await rows(
        `SELECT repository, sequence, hash FROM jit_approval.head
         UNION ALL
         SELECT DISTINCT repository, 0, '' FROM jit_approval.fact
         WHERE repository NOT IN (SELECT repository FROM jit_approval.head)
         ORDER BY 1`,
      );
      return found.map(headRow);
    },
    async entries(repository, after, limit) {
      const sql =
        'SELECT * FROM jit_approval.fact WHERE repository = $1 AND sequence > $2 ORDER BY sequence LIMIT $3';
      return (await rows(sql, repository, after, limit)).map(entryRow);
    },
    forget: (before) => transaction((client) => forget(client, before)),
    close,
  };
}

async function forget(client: ClientBase, before: string): Promise<number> {
  await client.query('DELETE FROM jit_approval.delivery WHERE seen_at < $1', [before]);
  await client.query('DELETE FROM jit_approval.asked WHERE asked_at < $1', [before]);
  const { rowCount } = await client.query(
    `UPDATE jit_approval.fact SET salt = NULL, body = NULL, once = NULL
     FROM jit_approval.pull
     WHERE fact.repository = pull.repository AND fact.number = pull.number AND NOT pull.open
       AND fact.body IS NOT NULL AND NOT EXISTS (
         SELECT FROM jit_approval.fact AS other
         WHERE other.repository = fact.repository AND other.number = fact.number
           AND other.at::timestamptz >= $1::timestamptz)`,
    [before],
  );
  return rowCount ?? 0;
}
