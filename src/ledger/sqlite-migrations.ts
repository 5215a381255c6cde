import type { DatabaseSync } from 'node:sqlite';
import { JitError } from '../errors.ts';
import { firstHead, nextEntry } from './chain.ts';
import { recordedFact, storedFact } from './stored-fact.ts';

/** SQL, or what SQL alone cannot do. */
type Migration = string | ((database: DatabaseSync) => void);

/** Numbered from 1 by their place; one that has been released is never edited. */
const migrations: readonly Migration[] = [
  `CREATE TABLE pull (
     repository TEXT NOT NULL,
     number INTEGER NOT NULL,
     installation INTEGER NOT NULL,
     open INTEGER NOT NULL DEFAULT 0,
     mark INTEGER,
     since INTEGER,
     PRIMARY KEY (repository, number)
   ) STRICT;
   CREATE TABLE fact (
     sequence INTEGER PRIMARY KEY AUTOINCREMENT,
     repository TEXT NOT NULL,
     number INTEGER NOT NULL,
     type TEXT NOT NULL,
     once TEXT,
     body TEXT NOT NULL,
     FOREIGN KEY (repository, number) REFERENCES pull (repository, number)
   ) STRICT;
   CREATE INDEX fact_of_pull ON fact (repository, number, sequence);
   CREATE UNIQUE INDEX fact_once ON fact (repository, number, once) WHERE once IS NOT NULL;
   CREATE TABLE delivery (
     guid TEXT NOT NULL,
     repository TEXT NOT NULL,
     number INTEGER NOT NULL,
     PRIMARY KEY (guid, repository, number)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   INSERT INTO counter (name, value) VALUES ('mark', 0);`,
  `ALTER TABLE pull ADD COLUMN holder TEXT;
   ALTER TABLE pull ADD COLUMN lease INTEGER;
   ALTER TABLE pull ADD COLUMN lease_until INTEGER;
   ALTER TABLE pull ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE pull ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE pull ADD COLUMN wake_at INTEGER;
   CREATE INDEX pull_dirty ON pull (since) WHERE mark IS NOT NULL;
   CREATE INDEX pull_woken ON pull (wake_at) WHERE wake_at IS NOT NULL;
   ALTER TABLE delivery ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
   UPDATE delivery SET seen_at = unixepoch() * 1000;
   CREATE TABLE head (
     repository TEXT PRIMARY KEY,
     sequence INTEGER NOT NULL,
     hash TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   ALTER TABLE fact RENAME TO unchained;
   DROP INDEX fact_of_pull;
   DROP INDEX fact_once;
   CREATE TABLE fact (
     repository TEXT NOT NULL,
     sequence INTEGER NOT NULL,
     number INTEGER NOT NULL,
     at TEXT NOT NULL,
     type TEXT NOT NULL,
     once TEXT,
     salt TEXT,
     body TEXT,
     content TEXT NOT NULL,
     hash TEXT NOT NULL,
     PRIMARY KEY (repository, sequence),
     FOREIGN KEY (repository, number) REFERENCES pull (repository, number),
     CHECK ((salt IS NULL) = (body IS NULL))
   ) STRICT;
   CREATE INDEX fact_of_pull ON fact (repository, number, sequence);
   CREATE UNIQUE INDEX fact_once ON fact (repository, number, once) WHERE once IS NOT NULL;`,
  chainOldFacts,
  `CREATE TABLE duty (
     name TEXT PRIMARY KEY,
     holder TEXT NOT NULL,
     lease_until INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE asked (
     guid TEXT PRIMARY KEY,
     attempt INTEGER NOT NULL,
     asked_at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;`,
];

/** Facts of ledgers that had no chain, in the order in which they came. */
function chainOldFacts(database: DatabaseSync): void {
  const heads = new Map<string, ReturnType<typeof firstHead>>();
  const insert = database.prepare(
    `INSERT INTO fact (repository, sequence, number, at, type, once, salt, body, content, hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const row of database.prepare('SELECT * FROM unchained ORDER BY sequence').iterate()) {
    const key = { repository: String(row.repository), number: Number(row.number) };
    const { sequence: _, ...fact } = recordedFact(Number(row.sequence), String(row.body));
    const head = heads.get(key.repository) ?? firstHead(key.repository);
    const { sequence, at, type, once, kept, content, hash } = nextEntry(head, key, storedFact(fact));
    insert.run(key.repository, sequence, key.number, at, type, once, kept.salt, kept.body, content, hash);
    heads.set(key.repository, { repository: key.repository, sequence, hash });
  }
  const keep = database.prepare('INSERT INTO head (repository, sequence, hash) VALUES (?, ?, ?)');
  for (const { repository, sequence, hash } of heads.values()) keep.run(repository, sequence, hash);
  database.exec('DROP TABLE unchained');
}

/** Brings the schema up to date; two processes that start at once do it one after the other. */
export function migrate(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    const version = schemaOf(database);
    for (const migration of migrations.slice(version)) {
      if (typeof migration === 'string') database.exec(migration);
      else migration(database);
    }
    database.exec(`PRAGMA user_version = ${migrations.length}`);
    database.exec('COMMIT');
  } catch (thrown) {
    database.exec('ROLLBACK');
    throw thrown;
  }
}

/** Refuses a ledger of another version: who only reads changes no schema. */
export function requireCurrent(database: DatabaseSync): void {
  const version = schemaOf(database);
  if (version === migrations.length) return;
  throw new JitError(
    'ledger-older',
    `The ledger has schema ${version}, this version reads ${migrations.length}: start the App of this version on it once, which brings it up to date.`,
  );
}

function schemaOf(database: DatabaseSync): number {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  if (version <= migrations.length) return version;
  throw new JitError(
    'ledger-newer',
    `The ledger has schema ${version}, this version knows ${migrations.length}: start a newer version.`,
  );
}
