import type { Ledger } from './port.ts';
import type { Database } from './postgres-pool.ts';
import { pullRow } from './rows.ts';

const free = 'UPDATE jit_approval.pull SET holder = NULL, lease = NULL, lease_until = NULL';
const where = 'WHERE repository = $1 AND number = $2 AND lease = $3';
/** So many milliseconds from now, by the server's clock: the replicas' clocks may differ. */
const fromNow = (value: string) => `clock_timestamp() + ${value} * interval '1 millisecond'`;

type Queue = Pick<Ledger, 'remind' | 'dirty' | 'take' | 'renew' | 'release' | 'takeDuty' | 'leaveDuty'>;

/** Which pull requests await reconciliation and which replica has them; which replica has which duty. */
export function postgresQueue({ rows }: Pick<Database, 'rows'>): Queue {
  return {
    async remind({ repository, number }, installation) {
      await rows(
        `INSERT INTO jit_approval.pull (repository, number, installation, wake_at)
         VALUES ($1, $2, $3, clock_timestamp())
         ON CONFLICT (repository, number) DO UPDATE SET
           installation = excluded.installation, wake_at = least(pull.wake_at, excluded.wake_at)`,
        repository,
        number,
        installation,
      );
    },
    async dirty() {
      const found = await rows(
        'SELECT repository, number, installation FROM jit_approval.pull WHERE mark IS NOT NULL ORDER BY since',
      );
      return found.map(pullRow);
    },
    async take({ holder, ms }) {
      // a row that another replica is taking is skipped, not waited for; one that it has taken is not due
      const [row] = await rows(
        `WITH next AS MATERIALIZED (
           SELECT repository, number FROM jit_approval.pull
           WHERE (mark IS NOT NULL OR wake_at <= clock_timestamp()) AND not_before <= clock_timestamp()
             AND (lease_until IS NULL OR lease_until <= clock_timestamp())
           ORDER BY since, wake_at LIMIT 1
           FOR UPDATE SKIP LOCKED)
         UPDATE jit_approval.pull SET
           holder = $1, lease = fresh.value, lease_until = ${fromNow('$2::float8')}, wake_at = NULL,
           mark = coalesce(mark, fresh.value), since = coalesce(since, fresh.value)
         FROM next, (SELECT nextval('jit_approval.mark') AS value) AS fresh
         WHERE pull.repository = next.repository AND pull.number = next.number
         RETURNING pull.repository, pull.number, installation, mark, lease, failures`,
        holder,
        ms,
      );
      if (row === undefined) return null;
      const { mark, lease, failures } = row;
      return { ...pullRow(row), mark: Number(mark), lease: Number(lease), failures: Number(failures) };
    },
    async renew({ key, lease }, ms) {
      const sql = `UPDATE jit_approval.pull SET lease_until = ${fromNow('$4::float8')} ${where} RETURNING lease`;
      return (await rows(sql, key.repository, key.number, lease, ms)).length === 1;
    },
    async release({ key, lease, mark }, outcome) {
      const ours = [key.repository, key.number, lease];
      if (outcome.kind === 'failed') {
        const later = `failures = failures + 1, not_before = ${fromNow('$4::float8')}`;
        await rows(`${free}, ${later} ${where}`, ...ours, outcome.retryInMs);
        return;
      }
      const clean = 'since = CASE WHEN mark = $4 THEN NULL ELSE since END, mark = nullif(mark, $4::bigint)';
      const again = `failures = 0, wake_at = ${fromNow('$5::float8')}`;
      await rows(`${free}, ${clean}, ${again} ${where}`, ...ours, mark, outcome.againInMs);
    },
    async takeDuty(name, { holder, ms }) {
      const found = await rows(
        `INSERT INTO jit_approval.duty (name, holder, lease_until) VALUES ($1, $2, ${fromNow('$3::float8')})
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, lease_until = ${fromNow('$3::float8')}
         WHERE duty.holder = excluded.holder OR duty.lease_until <= clock_timestamp()
         RETURNING name`,
        name,
        holder,
        ms,
      );
      return found.length === 1;
    },
    async leaveDuty(name, holder) {
      await rows('DELETE FROM jit_approval.duty WHERE name = $1 AND holder = $2', name, holder);
    },
  };
}
