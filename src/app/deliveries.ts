import { messageOf } from '../errors.ts';
import type { AppCalls, Delivery } from '../github/port.ts';
import type { Desk } from './desk.ts';

/** GitHub keeps deliveries for three days. */
const keptMs = 3 * 24 * 3600_000;
/** So many attempts follow at once; then each waits twice as long as the one before it. */
const attemptsAtOnce = 4;
const firstPauseMs = 10_000;
const longestPauseMs = 6 * 3600_000;

/**
 * GitHub never repeats a failed delivery by itself; this asks it to, once for each failed attempt, as long as
 * GitHub keeps it and no attempt of it succeeded: what a person decided is told by nothing else, and an outage of
 * the ledger may last for hours. Attempts are counted in GitHub's own list, so that a restart does
 * not begin anew. They come back as ordinary webhooks, and those that were recorded all the same are dropped
 * by their GUID. Answers how many were asked for.
 */
export function deliveryRecovery(
  desk: Pick<Desk, 'now' | 'log'>,
  app: Pick<AppCalls, 'deliveries' | 'redeliver'>,
): () => Promise<number> {
  /** Of these nothing more is to be asked: they arrived. */
  const settled = new Set<string>();
  /** The attempt by whose failure we last asked. */
  const asked = new Map<string, number>();

  function isDue({ deliveredAt }: Delivery, attempts: number): boolean {
    if (attempts < attemptsAtOnce) return true;
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempts - attemptsAtOnce));
    return desk.now() >= Date.parse(deliveredAt) + pauseMs;
  }

  async function repeat({ guid, id }: Delivery): Promise<boolean> {
    // no new failure since we asked: it has arrived, or is on its way
    if (asked.get(guid) === id) return false;
    asked.set(guid, id);
    try {
      await app.redeliver(id);
      return true;
    } catch (thrown) {
      desk.log.warn({ delivery: guid }, `not redelivered: ${messageOf(thrown)}`);
      return false;
    }
  }

  return async () => {
    const failed = byGuid(await app.deliveries('failure', new Date(desk.now() - keptMs).toISOString()));
    for (const guid of settled) if (!failed.has(guid)) settled.delete(guid);
    for (const guid of asked.keys()) if (!failed.has(guid)) asked.delete(guid);
    const open = [...failed].filter(([guid]) => !settled.has(guid));
    const first = open.flatMap(([, attempts]) => attempts.map(({ deliveredAt }) => deliveredAt)).sort()[0];
    if (first === undefined) return 0;
    const arrived = new Set((await app.deliveries('success', first)).map(({ guid }) => guid));
    let count = 0;
    for (const [guid, attempts] of open) {
      const newest = attempts.toSorted((a, b) => b.id - a.id)[0];
      if (arrived.has(guid)) settled.add(guid);
      else if (newest !== undefined && isDue(newest, attempts.length) && (await repeat(newest))) count++;
    }
    return count;
  };
}

function byGuid(deliveries: readonly Delivery[]): ReadonlyMap<string, readonly Delivery[]> {
  return Map.groupBy(deliveries, ({ guid }) => guid);
}
