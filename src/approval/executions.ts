/** A job of a run, in one of its attempts. A job that a re-run left alone may stand in the new attempt under a new id. */
export interface Execution {
  readonly id: number;
  readonly name: string;
  readonly attempt: number;
  /** ISO 8601 instant; a job that was only carried over keeps that of its execution. */
  readonly startedAt: string | null;
}

/**
 * Ids of jobs that a later attempt executed again: their reports speak of the latest execution no more. Of jobs that
 * share a name nobody can say which became which, so nothing is said.
 *
 * Nobody promises that a carried job keeps its start. Where it did not, gates would ask for a report that nobody
 * owes: too strict, never too lax.
 */
export function executedAgain(executions: readonly Execution[]): readonly number[] {
  const byName = Map.groupBy(executions, ({ name }) => name);
  return [...byName.values()].flatMap((all) => {
    const attempts = new Set(all.map(({ attempt }) => attempt));
    if (attempts.size < all.length) return [];
    const latest = all.reduce((a, b) => (a.attempt > b.attempt ? a : b));
    return all.flatMap(({ id, startedAt }) => (startedAt === latest.startedAt ? [] : id));
  });
}
