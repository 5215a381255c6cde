import { messageOf } from '../errors.ts';
import type { AppCalls } from '../github/port.ts';
import type { Desk } from './desk.ts';

/** GitHub keeps deliveries for three days. */
const keptMs = 3 * 24 * 3600_000;
/** A delivery whose handling fails again and again is left to the sweep. */
const maximumAttempts = 3;

/**
 * GitHub never repeats a failed delivery by itself; this asks it to. They come back as ordinary webhooks, and
 * those that were recorded all the same are dropped by their GUID. Answers how many were asked for.
 */
export function deliveryRecovery(
  desk: Pick<Desk, 'now' | 'log'>,
  app: Pick<AppCalls, 'failedDeliveries' | 'redeliver'>,
): () => Promise<number> {
  const asked = new Map<string, { attempts: number; failedAt: string }>();
  return async () => {
    const failed = await app.failedDeliveries(new Date(desk.now() - keptMs).toISOString());
    const newest = new Map<string, (typeof failed)[number]>();
    for (const delivery of failed) {
      const other = newest.get(delivery.guid);
      if (other === undefined || other.deliveredAt < delivery.deliveredAt)
        newest.set(delivery.guid, delivery);
    }
    let count = 0;
    for (const delivery of newest.values()) {
      const before = asked.get(delivery.guid);
      // no new failure since we asked: it has arrived, or is on its way
      if (before?.failedAt === delivery.deliveredAt || (before?.attempts ?? 0) >= maximumAttempts) continue;
      asked.set(delivery.guid, { attempts: (before?.attempts ?? 0) + 1, failedAt: delivery.deliveredAt });
      try {
        await app.redeliver(delivery.id);
        count++;
      } catch (thrown) {
        desk.log.warn({ delivery: delivery.guid }, `not redelivered: ${messageOf(thrown)}`);
      }
    }
    for (const guid of asked.keys()) if (!newest.has(guid)) asked.delete(guid);
    return count;
  };
}
