import type { Found } from '../approval/grant.ts';
import type { Flagged } from '../report/schema.ts';

/** Where a held runtime action may wait for people while its job runs; nowhere without it. */
export interface LiveGrants {
  /**
   * Waits for a decision about what is held, at most `ms`. Never rejects: what goes wrong is the problem of a
   * hold that goes on as held.
   */
  wait(flagged: Flagged, ms: number): Promise<Found>;
  /** The step has ended: what waited in it goes on as held. */
  release(step: string): void;
}
