import type { DatabaseSync } from 'node:sqlite';
import { JitError } from '../errors.ts';

/** Numbered from 1 by their place; one that has been released is never edited. */
const migrations: readonly string[] = [
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
];

/** Brings the schema up to date; two processes that start at once do it one after the other. */
export function migrate(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
    if (version > migrations.length)
      throw new JitError(
        'ledger-newer',
        `The ledger has schema ${version}, this version knows ${migrations.length}: start a newer version.`,
      );
    for (const migration of migrations.slice(version)) database.exec(migration);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
    database.exec('COMMIT');
  } catch (thrown) {
    database.exec('ROLLBACK');
    throw thrown;
  }
}
