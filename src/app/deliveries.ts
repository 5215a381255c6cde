import { messageOf } from '../errors.ts';
import type { AppCalls, Delivery } from '../github/port.ts';
import type { Desk } from './desk.ts';
import { isTaken } from './events.ts';

/** GitHub keeps deliveries for three days. */
const keptMs = 3 * 24 * 3600_000;
/** So many attempts follow at once; then each waits twice as long as the one before it. */
const attemptsAtOnce = 4;
const firstPauseMs = 10_000;
const longestPauseMs = 6 * 3600_000;

/**
 * GitHub never repeats a failed delivery by itself; this asks it to, once for each failed attempt, as long as
 * GitHub keeps it and the ledger has nothing of it: what a person decided is told by nothing else, and an outage of
 * the ledger may last for hours. Attempts are counted in GitHub's own list, and the ledger knows for which of them we
 * asked, so that a restart or another replica does not begin anew: of a large installation, what nobody needs (a
 * comment that is no command) would come before what somebody waits for, each time. They come back as ordinary
 * webhooks. What succeeded is never listed: that is everything. Answers how many were asked for.
 */
export function deliveryRecovery(
  desk: Pick<Desk, 'now' | 'log' | 'ledger'>,
  app: Pick<AppCalls, 'failedDeliveries' | 'redeliver'>,
): () => Promise<number> {
  const { ledger } = desk;

  function isDue({ deliveredAt }: Delivery, attempts: number): boolean {
    if (attempts < attemptsAtOnce) return true;
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempts - attemptsAtOnce));
    return desk.now() >= Date.parse(deliveredAt) + pauseMs;
  }

  async function repeat({ guid, id }: Delivery): Promise<boolean> {
    try {
      await app.redeliver(id);
      // noted afterwards: who dies in between asks twice, and the second one changes nothing
      await ledger.noteAskedFor(guid, id);
      return true;
    } catch (thrown) {
      desk.log.warn({ delivery: guid }, `not redelivered: ${messageOf(thrown)}`);
      return false;
    }
  }

  return async () => {
    const listed = await app.failedDeliveries(new Date(desk.now() - keptMs).toISOString());
    const failed = Map.groupBy(listed.filter(isTaken), ({ guid }) => guid);
    const [arrived, asked] = await Promise.all([
      ledger.arrived([...failed.keys()]),
      ledger.askedFor([...failed.keys()]),
    ]);
    let count = 0;
    for (const [guid, attempts] of failed) {
      const newest = attempts.toSorted((a, b) => b.id - a.id)[0];
      // no new failure since we asked: it has arrived, or is on its way
      if (newest === undefined || arrived.has(guid) || asked.get(guid) === newest.id) continue;
      if (isDue(newest, attempts.length) && (await repeat(newest))) count++;
    }
    return count;
  };
}
