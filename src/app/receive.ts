import type { Fact } from '../approval/facts.ts';
import type { PullKey } from '../ledger/port.ts';
import type { Desk } from './desk.ts';

/** What all webhooks have that concern us. */
interface Delivered {
  readonly id: string;
  readonly payload: { readonly installation?: { readonly id: number } | undefined };
}

/**
 * All that a webhook does: its facts go into the ledger under the delivery's GUID, and the pull request
 * becomes dirty. A delivery that was seen before changes nothing.
 */
export async function receive(
  desk: Desk,
  delivered: Delivered,
  key: PullKey,
  facts: readonly Fact[],
): Promise<void> {
  const installation = delivered.payload.installation?.id;
  // a repository's own webhook with the same secret is no event of the App
  if (installation === undefined) return;
  const fresh = await desk.ledger.record(key, facts, delivered.id, installation);
  if (fresh) desk.wake();
  else desk.log.info({ delivery: delivered.id }, 'delivery seen before, dropped');
}
