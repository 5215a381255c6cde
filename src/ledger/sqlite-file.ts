import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { JitError, messageOf } from '../errors.ts';
import { migrate, requireCurrent } from './sqlite-migrations.ts';

/** How long a write waits for another process's write. */
const busyTimeoutMs = 5000;

/** Copies a ledger, also one that an App is writing to, as it is at one moment, into a new file. */
export function backupSqlite(file: string, copy: string): void {
  if (existsSync(copy)) {
    throw new JitError(
      'ledger-backup',
      `${copy} exists; a backup is written to a new file, give another name.`,
    );
  }
  const database = openDatabase(file, true);
  try {
    database.prepare('VACUUM INTO ?').run(copy);
  } catch (thrown) {
    throw new JitError('ledger-backup', `The backup ${copy} could not be written: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  } finally {
    database.close();
  }
}

export function openDatabase(file: string, readOnly: boolean): DatabaseSync {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(file, { readOnly });
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    if (readOnly) {
      requireCurrent(database);
      return database;
    }
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
    // what was forgotten is not left in free pages of the file
    database.exec('PRAGMA secure_delete = ON');
    migrate(database);
    return database;
  } catch (thrown) {
    if (database?.isOpen) database.close();
    if (thrown instanceof JitError) throw thrown;
    throw new JitError(
      'ledger-open',
      `The ledger ${file} cannot be opened: ${messageOf(thrown)}. It must be a SQLite file in a folder that can be ${readOnly ? 'read' : 'written'}.`,
      { cause: thrown },
    );
  }
}

/**
 * The same, on the disk before it answers: with what was committed before it. Leases and marks are not worth
 * that (a sync can take 10 ms): where the machine loses power they are given anew.
 */
export function inSyncedTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('PRAGMA synchronous = FULL');
  try {
    return inTransaction(database, work);
  } finally {
    database.exec('PRAGMA synchronous = NORMAL');
  }
}

/** All of `work` or nothing. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (thrown) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw thrown;
  }
}

/** SQLITE_CONSTRAINT, in the low byte of SQLite's extended result codes. */
const constraint = 19;

/** What was written is at fault, not the file, the disk or another process. */
export function isConstraint(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    'errcode' in thrown &&
    typeof thrown.errcode === 'number' &&
    (thrown.errcode & 0xff) === constraint
  );
}
