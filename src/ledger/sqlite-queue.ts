import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Ledger, PullKey } from './port.ts';
import { pullRow } from './rows.ts';
import { inTransaction } from './sqlite-file.ts';

type Queue = Pick<Ledger, 'remind' | 'dirty' | 'take' | 'renew' | 'release' | 'takeDuty' | 'leaveDuty'> & {
  /** Asks for a pull request, inside a transaction. */
  mark(key: PullKey): void;
};

/** Which pull requests await reconciliation and who has them; who has which duty. `now` in ms since the epoch. */
export function sqliteQueue(database: DatabaseSync, now: () => number): Queue {
  const one = (sql: string, ...values: SQLInputValue[]) => database.prepare(sql).get(...values);
  const run = (sql: string, ...values: SQLInputValue[]) => database.prepare(sql).run(...values).changes;

  /** For marks and leases. */
  function count(): number {
    return Number(one(`UPDATE counter SET value = value + 1 WHERE name = 'mark' RETURNING value`)?.value);
  }

  function mark({ repository, number }: PullKey): void {
    const next = count();
    const sql = 'UPDATE pull SET mark = ?, since = coalesce(since, ?) WHERE repository = ? AND number = ?';
    run(sql, next, next, repository, number);
  }

  return {
    mark,
    async remind({ repository, number }, installation) {
      run(
        `INSERT INTO pull (repository, number, installation, wake_at) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET
           installation = excluded.installation,
           wake_at = min(coalesce(wake_at, excluded.wake_at), excluded.wake_at)`,
        repository,
        number,
        installation,
        now(),
      );
    },
    async dirty() {
      const sql = 'SELECT repository, number, installation FROM pull WHERE mark IS NOT NULL ORDER BY since';
      return database.prepare(sql).all().map(pullRow);
    },
    async take({ holder, ms }) {
      return inTransaction(database, () => {
        const time = now();
        const row = one(
          `SELECT repository, number, installation, mark, failures FROM pull
           WHERE (mark IS NOT NULL OR wake_at <= ?1) AND not_before <= ?1
             AND (lease_until IS NULL OR lease_until <= ?1)
           ORDER BY since IS NULL, since, wake_at LIMIT 1`,
          time,
        );
        if (row === undefined) return null;
        const pull = pullRow(row);
        if (row.mark === null) mark(pull.key);
        const lease = count();
        const taken = one(
          `UPDATE pull SET holder = ?, lease = ?, lease_until = ?, wake_at = NULL
           WHERE repository = ? AND number = ? RETURNING mark`,
          holder,
          lease,
          time + ms,
          pull.key.repository,
          pull.key.number,
        );
        return { ...pull, mark: Number(taken?.mark), failures: Number(row.failures), lease };
      });
    },
    async renew({ key, lease }, ms) {
      const sql = 'UPDATE pull SET lease_until = ? WHERE repository = ? AND number = ? AND lease = ?';
      return run(sql, now() + ms, key.repository, key.number, lease) === 1;
    },
    async release({ key, lease, mark: known }, outcome) {
      const free = 'UPDATE pull SET holder = NULL, lease = NULL, lease_until = NULL';
      const where = 'WHERE repository = ? AND number = ? AND lease = ?';
      const ours = [key.repository, key.number, lease];
      if (outcome.kind === 'failed') {
        const sql = `${free}, failures = failures + 1, not_before = ? ${where}`;
        run(sql, now() + outcome.retryInMs, ...ours);
        return;
      }
      const clean = 'since = CASE WHEN mark = ? THEN NULL ELSE since END, mark = nullif(mark, ?)';
      const again = outcome.againInMs === null ? null : now() + outcome.againInMs;
      run(`${free}, failures = 0, wake_at = ?, ${clean} ${where}`, again, known, known, ...ours);
    },
    async takeDuty(name, { holder, ms }) {
      const time = now();
      const found = one(
        `INSERT INTO duty (name, holder, lease_until) VALUES (?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, lease_until = excluded.lease_until
         WHERE duty.holder = excluded.holder OR duty.lease_until <= ?
         RETURNING name`,
        name,
        holder,
        time + ms,
        time,
      );
      return found !== undefined;
    },
    async leaveDuty(name, holder) {
      run('DELETE FROM duty WHERE name = ? AND holder = ?', name, holder);
    },
  };
}
