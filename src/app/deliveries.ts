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
 * GitHub keeps it and the ledger has nothing of it: what a person decided is told by nothing else, and an outage of
 * the ledger may last for hours. Attempts are counted in GitHub's own list, so that a restart does not begin anew.
 * They come back as ordinary webhooks; those of which the ledger keeps nothing (a comment that is no command) come
 * once more after each restart. What succeeded is never listed: of a large installation that is everything.
 * Answers how many were asked for.
 */
export function deliveryRecovery(
  desk: Pick<Desk, 'now' | 'log' | 'ledger'>,
  app: Pick<AppCalls, 'failedDeliveries' | 'redeliver'>,
): () => Promise<number> {
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
    const failed = byGuid(await app.failedDeliveries(new Date(desk.now() - keptMs).toISOString()));
    for (const guid of asked.keys()) if (!failed.has(guid)) asked.delete(guid);
    const arrived = await desk.ledger.arrived([...failed.keys()]);
    let count = 0;
    for (const [guid, attempts] of failed) {
      if (arrived.has(guid)) continue;
      const newest = attempts.toSorted((a, b) => b.id - a.id)[0];
      if (newest !== undefined && isDue(newest, attempts.length) && (await repeat(newest))) count++;
    }
    return count;
  };
}

function byGuid(deliveries: readonly Delivery[]): ReadonlyMap<string, readonly Delivery[]> {
  return Map.groupBy(deliveries, ({ guid }) => guid);
}
