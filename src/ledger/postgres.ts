import type { ClientBase } from 'pg';
import { firstHead, type Head, type NewEntry, nextEntry } from './chain.ts';
import type { Ledger, PullKey } from './port.ts';
import { migrate, requireCurrent } from './postgres-migrations.ts';
import { connect, notOpened } from './postgres-pool.ts';
import { postgresQueue } from './postgres-queue.ts';
import { entryRow, headRow, pullRow } from './rows.ts';
import { recordedFact, storedFact } from './stored-fact.ts';

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
    ...postgresQueue(database),
    record: (key, facts, delivery, installation) =>
      transaction(async (client) => {
        const stored = facts.map(storedFact);
        // first of all, so that two writers of one repository never wait for each other in a circle
        const head = stored.length === 0 ? null : await lockHead(client, key.repository);
        if (delivery === null) await touch(client, key, installation);
        else if (!(await firstTime(client, key, installation, delivery))) return false;
        if (head !== null) await append(client, head, key, stored);
        const state = facts.findLast((fact) => fact.type === 'pull')?.state;
        await mark(client, key, state === undefined ? null : state === 'open');
        return true;
      }),
    async facts({ repository, number }) {
      const sql = `SELECT sequence, body FROM jit_approval.fact
                   WHERE repository = $1 AND number = $2 AND body IS NOT NULL ORDER BY sequence`;
      const found = await rows(sql, repository, number);
      return found.map((row) => recordedFact(Number(row.sequence), String(row.body)));
    },
    markDirty: (key, installation) =>
      transaction(async (client) => {
        await touch(client, key, installation);
        await mark(client, key, null);
      }),
    async open() {
      const sql = 'SELECT repository, number, installation FROM jit_approval.pull WHERE open';
      return (await rows(sql)).map(pullRow);
    },
    async known(repository) {
      const sql = 'SELECT repository, number, installation FROM jit_approval.pull WHERE repository = $1';
      return (await rows(sql, repository)).map(pullRow);
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

/** Whoever has this row writes the repository's next links; everybody else waits for the commit. */
async function lockHead(client: ClientBase, repository: string): Promise<Head> {
  const lock = 'SELECT * FROM jit_approval.head WHERE repository = $1 FOR UPDATE';
  const [there] = (await client.query(lock, [repository])).rows;
  if (there !== undefined) return headRow(there);
  const { hash } = firstHead(repository);
  await client.query(
    'INSERT INTO jit_approval.head (repository, sequence, hash) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING',
    [repository, hash],
  );
  return headRow((await client.query(lock, [repository])).rows[0]);
}

const touchPull = `INSERT INTO jit_approval.pull (repository, number, installation) VALUES ($1, $2, $3)
  ON CONFLICT (repository, number) DO UPDATE SET installation = excluded.installation`;

async function touch(client: ClientBase, key: PullKey, installation: number): Promise<void> {
  await client.query(touchPull, [key.repository, key.number, installation]);
}

/** Touches, too: others wait for the head's lock meanwhile, so each answer of the server counts. */
async function firstTime(
  client: ClientBase,
  key: PullKey,
  installation: number,
  delivery: string,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `WITH touched AS (${touchPull})
     INSERT INTO jit_approval.delivery (guid, repository, number) VALUES ($4, $1, $2) ON CONFLICT DO NOTHING`,
    [key.repository, key.number, installation, delivery],
  );
  return rowCount === 1;
}

async function append(
  client: ClientBase,
  before: Head,
  key: PullKey,
  facts: readonly ReturnType<typeof storedFact>[],
): Promise<void> {
  let head = before;
  for (const fact of facts) {
    const entry = nextEntry(head, key, fact);
    if (await insert(client, entry)) head = entry;
  }
  const sql = 'UPDATE jit_approval.head SET sequence = $2, hash = $3 WHERE repository = $1';
  await client.query(sql, [head.repository, head.sequence, head.hash]);
}

/** False when it may occur once only and did. */
async function insert(client: ClientBase, entry: NewEntry): Promise<boolean> {
  const { repository, sequence, number, at, type, once, kept, content, hash } = entry;
  const { rowCount } = await client.query(
    `INSERT INTO jit_approval.fact (repository, sequence, number, at, type, once, salt, body, content, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (repository, number, once) WHERE once IS NOT NULL DO NOTHING`,
    [repository, sequence, number, at, type, once, kept.salt, kept.body, content, hash],
  );
  return rowCount === 1;
}

/** `open`: null leaves it as it is. */
async function mark(
  client: ClientBase,
  { repository, number }: PullKey,
  open: boolean | null,
): Promise<void> {
  await client.query(
    `UPDATE jit_approval.pull
     SET mark = next.value, since = coalesce(since, next.value), open = coalesce($3, open)
     FROM (SELECT nextval('jit_approval.mark') AS value) AS next
     WHERE repository = $1 AND number = $2`,
    [repository, number, open],
  );
}

async function forget(client: ClientBase, before: string): Promise<number> {
  await client.query('DELETE FROM jit_approval.delivery WHERE seen_at < $1', [before]);
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
