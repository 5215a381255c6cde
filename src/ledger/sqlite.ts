import { DatabaseSync } from 'node:sqlite';
import type { Fact } from '../approval/facts.ts';
import { JitError, messageOf } from '../errors.ts';
import { migrate } from './migrations.ts';
import type { Ledger, PullKey } from './port.ts';
import { recordedFact, storedFact } from './stored-fact.ts';

/** How long a write waits for another process's write. */
const busyTimeoutMs = 5000;

/**
 * The default ledger: one SQLite file for one machine. What `record` acknowledged survives the process being
 * killed and, because every commit is synced (synchronous=FULL), the machine losing power.
 */
export function sqliteLedger(file: string): Ledger {
  const database = openDatabase(file);
  const run = (sql: string, ...values: (string | number | null)[]) => database.prepare(sql).run(...values);
  const rows = (sql: string, ...values: (string | number)[]) => database.prepare(sql).all(...values);

  function touch({ repository, number }: PullKey, installation: number): void {
    run(
      `INSERT INTO pull (repository, number, installation) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET installation = excluded.installation`,
      repository,
      number,
      installation,
    );
  }

  function mark({ repository, number }: PullKey): void {
    run(`UPDATE counter SET value = value + 1 WHERE name = 'mark'`);
    const next = `(SELECT value FROM counter WHERE name = 'mark')`;
    run(
      `UPDATE pull SET mark = ${next}, since = coalesce(since, ${next}) WHERE repository = ? AND number = ?`,
      repository,
      number,
    );
  }

  function add({ repository, number }: PullKey, fact: Fact): void {
    const { type, once, body } = storedFact(fact);
    run(
      `INSERT INTO fact (repository, number, type, once, body) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (repository, number, once) WHERE once IS NOT NULL DO NOTHING`,
      repository,
      number,
      type,
      once,
      body,
    );
    if (fact.type !== 'pull') return;
    const open = fact.state === 'open' ? 1 : 0;
    run('UPDATE pull SET open = ? WHERE repository = ? AND number = ?', open, repository, number);
  }

  return {
    async record(key, facts, delivery, installation) {
      return inTransaction(database, () => {
        touch(key, installation);
        if (delivery !== null) {
          const { changes } = run(
            'INSERT INTO delivery (guid, repository, number) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
            delivery,
            key.repository,
            key.number,
          );
          if (changes === 0) return false;
        }
        for (const fact of facts) add(key, fact);
        mark(key);
        return true;
      });
    },
    async facts({ repository, number }) {
      const sql = 'SELECT sequence, body FROM fact WHERE repository = ? AND number = ? ORDER BY sequence';
      return rows(sql, repository, number).map((row) => recordedFact(Number(row.sequence), String(row.body)));
    },
    async markDirty(key, installation) {
      inTransaction(database, () => {
        touch(key, installation);
        mark(key);
      });
    },
    async dirty() {
      const sql =
        'SELECT repository, number, installation, mark FROM pull WHERE mark IS NOT NULL ORDER BY since';
      return rows(sql).map((row) => ({ ...pullRow(row), mark: Number(row.mark) }));
    },
    async clean({ repository, number }, known) {
      run(
        'UPDATE pull SET mark = NULL, since = NULL WHERE repository = ? AND number = ? AND mark = ?',
        repository,
        number,
        known,
      );
    },
    async open() {
      return rows('SELECT repository, number, installation FROM pull WHERE open = 1').map(pullRow);
    },
    async close() {
      if (database.isOpen) database.close();
    },
  };
}

function openDatabase(file: string): DatabaseSync {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(file);
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
    migrate(database);
    return database;
  } catch (thrown) {
    if (database?.isOpen) database.close();
    if (thrown instanceof JitError) throw thrown;
    throw new JitError(
      'ledger-open',
      `The ledger ${file} cannot be opened: ${messageOf(thrown)}. It must be a SQLite file in a folder that can be written.`,
      { cause: thrown },
    );
  }
}

function inTransaction<T>(database: DatabaseSync, work: () => T): T {
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

function pullRow(row: Record<string, unknown>): { key: PullKey; installation: number } {
  return {
    key: { repository: String(row.repository), number: Number(row.number) },
    installation: Number(row.installation),
  };
}
