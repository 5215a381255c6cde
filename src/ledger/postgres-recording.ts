import { type ClientBase, DatabaseError } from 'pg';
import { firstHead, type Head, type NewEntry, nextEntry } from './chain.ts';
import { groupCommit } from './group-commit.ts';
import type { Ledger, PullKey, Recording } from './port.ts';
import type { Database } from './postgres-pool.ts';
import { headRow } from './rows.ts';
import { storedFact } from './stored-fact.ts';

/**
 * Records of one repository wait for each other in any case, since its chain has one head: those that wait at
 * the same time are written in one transaction.
 */
export function postgresRecording({
  transaction,
}: Pick<Database, 'transaction'>): Pick<Ledger, 'record' | 'markDirty'> {
  const byRepository = new Map<
    string,
    { readonly record: (item: Recording) => Promise<boolean>; users: number }
  >();

  function groupOf(repository: string) {
    const there = byRepository.get(repository);
    if (there !== undefined) return there;
    const made = {
      record: groupCommit(
        (all: readonly Recording[]) => transaction((client) => recordAll(client, all)),
        // the server answered: it is there, and did not like what was written
        (thrown) => thrown instanceof DatabaseError,
      ),
      users: 0,
    };
    byRepository.set(repository, made);
    return made;
  }

  return {
    async record(key, facts, delivery, installation) {
      const group = groupOf(key.repository);
      group.users++;
      try {
        return await group.record({ key, facts, delivery, installation });
      } finally {
        if (--group.users === 0) byRepository.delete(key.repository);
      }
    },
    markDirty: (key, installation) =>
      transaction(async (client) => {
        await touch(client, key, installation);
        await mark(client, key, null);
      }),
  };
}

/** All of one repository. Answers false for those whose delivery was recorded before. */
async function recordAll(client: ClientBase, all: readonly Recording[]): Promise<readonly boolean[]> {
  const [first] = all;
  if (first === undefined) return [];
  const { repository } = first.key;
  // first of all, so that two writers of one repository never wait for each other in a circle: whoever has
  // not locked the head locks one pull request only
  const locks = all.length > 1 || first.facts.length > 0;
  const before = locks ? await lockHead(client, repository) : null;
  let head = before;
  const fresh: boolean[] = [];
  for (const { key, facts, delivery, installation } of all) {
    const isFresh = delivery === null || (await firstTime(client, key, installation, delivery));
    fresh.push(isFresh);
    if (!isFresh) continue;
    if (delivery === null) await touch(client, key, installation);
    if (head !== null) head = await append(client, head, key, facts.map(storedFact));
    const state = facts.findLast((fact) => fact.type === 'pull')?.state;
    await mark(client, key, state === undefined ? null : state === 'open');
  }
  if (head !== null && head !== before) await setHead(client, head);
  return fresh;
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
    // by reading from it, for else the pull request would be locked last: everybody locks it first
    `WITH touched AS (${touchPull} RETURNING repository, number)
     INSERT INTO jit_approval.delivery (guid, repository, number)
     SELECT $4, repository, number FROM touched ON CONFLICT DO NOTHING`,
    [key.repository, key.number, installation, delivery],
  );
  return rowCount === 1;
}

/** Answers the chain's new head. */
async function append(
  client: ClientBase,
  before: Head,
  key: PullKey,
  facts: readonly ReturnType<typeof storedFact>[],
): Promise<Head> {
  let head = before;
  for (const fact of facts) {
    const entry = nextEntry(head, key, fact);
    if (await insert(client, entry)) head = entry;
  }
  return head;
}

async function setHead(client: ClientBase, { repository, sequence, hash }: Head): Promise<void> {
  const sql = 'UPDATE jit_approval.head SET sequence = $2, hash = $3 WHERE repository = $1';
  await client.query(sql, [repository, sequence, hash]);
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
