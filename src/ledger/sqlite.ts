import type { SQLInputValue, StatementSync } from 'node:sqlite';
import type { Fact } from '../approval/facts.ts';
import { firstHead, type Head, nextEntry } from './chain.ts';
import { groupCommit } from './group-commit.ts';
import type { Ledger, PullKey, Recording } from './port.ts';
import { entryRow, headRow, pullRow } from './rows.ts';
import { inSyncedTransaction, inTransaction, isConstraint, openDatabase } from './sqlite-file.ts';
import { sqliteQueue } from './sqlite-queue.ts';
import { recordedFact, storedFact } from './stored-fact.ts';

/** `now` in ms since the epoch. `readOnly`: of a ledger that must exist, beside an App that may be running. */
export interface SqliteOptions {
  readonly now?: () => number;
  readonly readOnly?: boolean;
}

/**
 * The default ledger: one SQLite file for one machine. What `record` acknowledged survives the process being
 * killed and, because its commit is synced (synchronous=FULL), the machine losing power.
 */
export function sqliteLedger(file: string, options: SqliteOptions = {}): Ledger {
  const { now = Date.now } = options;
  const database = openDatabase(file, options.readOnly ?? false);
  const prepared = new Map<string, StatementSync>();
  function statement(sql: string): StatementSync {
    const made = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, made);
    return made;
  }
  const run = (sql: string, ...values: SQLInputValue[]) => statement(sql).run(...values).changes;
  const rows = (sql: string, ...values: SQLInputValue[]) => statement(sql).all(...values);

  const queue = sqliteQueue(database, now);
  const { mark: _, ...leases } = queue;

  function touch({ repository, number }: PullKey, installation: number): void {
    run(
      `INSERT INTO pull (repository, number, installation) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET installation = excluded.installation`,
      repository,
      number,
      installation,
    );
  }

  function add(head: Head, key: PullKey, fact: Fact): Head {
    const { repository, number } = key;
    const entry = nextEntry(head, key, storedFact(fact));
    const added = run(
      `INSERT INTO fact (repository, sequence, number, at, type, once, salt, body, content, hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (repository, number, once) WHERE once IS NOT NULL DO NOTHING`,
      repository,
      entry.sequence,
      number,
      entry.at,
      entry.type,
      entry.once,
      entry.kept.salt,
      entry.kept.body,
      entry.content,
      entry.hash,
    );
    if (fact.type === 'pull') {
      const open = fact.state === 'open' ? 1 : 0;
      run('UPDATE pull SET open = ? WHERE repository = ? AND number = ?', open, repository, number);
    }
    return added === 0 ? head : { repository, sequence: entry.sequence, hash: entry.hash };
  }

  function append(key: PullKey, facts: readonly Fact[]): void {
    const [row] = rows('SELECT repository, sequence, hash FROM head WHERE repository = ?', key.repository);
    let head = row === undefined ? firstHead(key.repository) : headRow(row);
    for (const fact of facts) head = add(head, key, fact);
    run(
      `INSERT INTO head (repository, sequence, hash) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash`,
      head.repository,
      head.sequence,
      head.hash,
    );
  }

  /** False for a delivery that was recorded before. */
  function record({ key, facts, delivery, installation }: Recording): boolean {
    touch(key, installation);
    if (delivery !== null) {
      const sql =
        'INSERT INTO delivery (guid, repository, number, seen_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING';
      if (run(sql, delivery, key.repository, key.number, now()) === 0) return false;
    }
    if (facts.length > 0) append(key, facts);
    queue.mark(key);
    return true;
  }

  const recorded = groupCommit(
    async (all: readonly Recording[]) => inSyncedTransaction(database, () => all.map(record)),
    isConstraint,
  );

  return {
    record: (key, facts, delivery, installation) => recorded({ key, facts, delivery, installation }),
    async facts({ repository, number }) {
      const sql = `SELECT sequence, body FROM fact
                   WHERE repository = ? AND number = ? AND body IS NOT NULL ORDER BY sequence`;
      return rows(sql, repository, number).map((row) => recordedFact(Number(row.sequence), String(row.body)));
    },
    async markDirty(key, installation) {
      inTransaction(database, () => {
        touch(key, installation);
        queue.mark(key);
      });
    },
    ...leases,
    async open() {
      return rows('SELECT repository, number, installation FROM pull WHERE open = 1').map(pullRow);
    },
    async known(repository) {
      const sql = 'SELECT repository, number, installation FROM pull WHERE repository = ?';
      return rows(sql, repository).map(pullRow);
    },
    async arrived(deliveries) {
      const sql = 'SELECT DISTINCT guid FROM delivery WHERE guid IN (SELECT value FROM json_each(?))';
      return new Set(rows(sql, JSON.stringify(deliveries)).map(({ guid }) => String(guid)));
    },
    async askedFor(deliveries) {
      const sql = 'SELECT guid, attempt FROM asked WHERE guid IN (SELECT value FROM json_each(?))';
      const found = rows(sql, JSON.stringify(deliveries));
      return new Map(found.map(({ guid, attempt }) => [String(guid), Number(attempt)]));
    },
    async noteAskedFor(delivery, attempt) {
      const sql = `INSERT INTO asked (guid, attempt, asked_at) VALUES (?, ?, ?)
                   ON CONFLICT (guid) DO UPDATE SET attempt = excluded.attempt, asked_at = excluded.asked_at`;
      run(sql, delivery, attempt, now());
    },
    async heads() {
      // chains whose head was taken away are chains too
      return rows(
        `SELECT repository, sequence, hash FROM head
         UNION ALL
         SELECT DISTINCT repository, 0, '' FROM fact WHERE repository NOT IN (SELECT repository FROM head)
         ORDER BY repository`,
      ).map(headRow);
    },
    async entries(repository, after, limit) {
      const sql = 'SELECT * FROM fact WHERE repository = ? AND sequence > ? ORDER BY sequence LIMIT ?';
      return rows(sql, repository, after, limit).map(entryRow);
    },
    async forget(before) {
      return inSyncedTransaction(database, () => {
        run('DELETE FROM delivery WHERE seen_at < ?', Date.parse(before));
        run('DELETE FROM asked WHERE asked_at < ?', Date.parse(before));
        return Number(
          run(
            `UPDATE fact SET salt = NULL, body = NULL, once = NULL
             WHERE body IS NOT NULL AND EXISTS (
               SELECT 1 FROM pull WHERE pull.repository = fact.repository AND pull.number = fact.number
                 AND open = 0) AND NOT EXISTS (
               SELECT 1 FROM fact AS other WHERE other.repository = fact.repository
                 AND other.number = fact.number AND julianday(other.at) >= julianday(?))`,
            before,
          ),
        );
      });
    },
    async close() {
      if (database.isOpen) database.close();
    },
  };
}
