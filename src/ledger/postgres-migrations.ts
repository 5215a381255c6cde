import type { ClientBase } from 'pg';
import { JitError } from '../errors.ts';

/** Any number, as long as every version of this program uses the same. */
const lockKey = 4_417_100_118;

/** Numbered from 1 by their place; one that has been released is never edited. */
const migrations: readonly string[] = [
  `CREATE SEQUENCE jit_approval.mark;
   CREATE TABLE jit_approval.pull (
     repository text NOT NULL,
     number bigint NOT NULL,
     installation bigint NOT NULL,
     open boolean NOT NULL DEFAULT false,
     mark bigint,
     since bigint,
     holder text,
     lease bigint,
     lease_until timestamptz,
     failures integer NOT NULL DEFAULT 0,
     not_before timestamptz NOT NULL DEFAULT '-infinity',
     wake_at timestamptz,
     PRIMARY KEY (repository, number)
   );
   CREATE INDEX pull_dirty ON jit_approval.pull (since) WHERE mark IS NOT NULL;
   CREATE INDEX pull_woken ON jit_approval.pull (wake_at) WHERE wake_at IS NOT NULL;
   CREATE TABLE jit_approval.head (
     repository text PRIMARY KEY,
     sequence bigint NOT NULL,
     hash text NOT NULL
   );
   CREATE TABLE jit_approval.fact (
     repository text NOT NULL,
     sequence bigint NOT NULL,
     number bigint NOT NULL,
     at text NOT NULL,
     type text NOT NULL,
     once text,
     salt text,
     body text,
     content text NOT NULL,
     hash text NOT NULL,
     PRIMARY KEY (repository, sequence),
     FOREIGN KEY (repository, number) REFERENCES jit_approval.pull (repository, number),
     CHECK ((salt IS NULL) = (body IS NULL))
   );
   CREATE INDEX fact_of_pull ON jit_approval.fact (repository, number, sequence);
   CREATE UNIQUE INDEX fact_once ON jit_approval.fact (repository, number, once) WHERE once IS NOT NULL;
   CREATE TABLE jit_approval.delivery (
     guid text NOT NULL,
     repository text NOT NULL,
     number bigint NOT NULL,
     seen_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (guid, repository, number)
   );`,
  `CREATE TABLE jit_approval.duty (
     name text PRIMARY KEY,
     holder text NOT NULL,
     lease_until timestamptz NOT NULL
   );`,
  `CREATE TABLE jit_approval.asked (
     guid text PRIMARY KEY,
     attempt bigint NOT NULL,
     asked_at timestamptz NOT NULL DEFAULT now()
   );`,
];

/**
 * Brings the schema up to date, inside a transaction. Of several processes that start at once one does it: the
 * others wait for its lock, and find it done.
 */
export async function migrate(client: ClientBase): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [lockKey]);
  const version = await schemaOf(client);
  if (version === 0) {
    // whoever may not create schemas finds one made beforehand
    const { rows } = await client.query(`SELECT to_regnamespace('jit_approval') IS NULL AS missing`);
    if (rows[0]?.missing) await client.query('CREATE SCHEMA jit_approval');
    await client.query('CREATE TABLE jit_approval.schema (version integer NOT NULL)');
    await client.query('INSERT INTO jit_approval.schema (version) VALUES (0)');
  }
  for (const migration of migrations.slice(version)) await client.query(migration);
  if (version < migrations.length) {
    await client.query('UPDATE jit_approval.schema SET version = $1', [migrations.length]);
  }
}

/** Refuses a ledger of another version: who only reads changes no schema. */
export async function requireCurrent(client: ClientBase): Promise<void> {
  const version = await schemaOf(client);
  if (version === migrations.length) return;
  throw new JitError(
    'ledger-older',
    version === 0
      ? 'The database holds no ledger: start the App on it once, or name another database.'
      : `The ledger has schema ${version}, this version reads ${migrations.length}: start the App of this version on it once, which brings it up to date.`,
  );
}

async function schemaOf(client: ClientBase): Promise<number> {
  const there = await client.query(`SELECT to_regclass('jit_approval.schema') IS NOT NULL AS there`);
  if (!there.rows[0]?.there) return 0;
  const { rows } = await client.query('SELECT version FROM jit_approval.schema');
  const version = Number(rows[0]?.version ?? 0);
  if (version <= migrations.length) return version;
  throw new JitError(
    'ledger-newer',
    `The ledger has schema ${version}, this version knows ${migrations.length}: start a newer version.`,
  );
}
