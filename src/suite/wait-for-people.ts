import type { Found } from '../approval/grant.ts';
import type { Verdict } from '../policy/verdict.ts';
import type { Flagged } from '../report/schema.ts';
import type { LiveGrants } from './live-grants.ts';

export interface Waiting {
  readonly live: LiveGrants;
  /** For holds whose rules do not say how long; null for not at all. */
  readonly waitMs: number | null;
}

/**
 * What people decide while a held runtime action waits, where its rules or the run ask for it; else `found`.
 * Of several rules the most patient counts, as every one of them must be satisfied.
 */
export async function waitForPeople(
  waiting: Waiting | undefined,
  found: Found,
  flagged: Flagged,
  verdict: Verdict,
  isUnchanged: () => Promise<boolean>,
): Promise<Found> {
  if (waiting === undefined || found.kind !== 'none' || flagged.unbindable !== null) return found;
  const own = verdict.rules.flatMap((rule) => rule.waitMs ?? []);
  const ms = own.length > 0 ? Math.max(...own) : waiting.waitMs;
  if (ms === null) return found;
  const told = await waiting.live.wait(flagged, ms);
  if (told.kind === 'none') return { kind: 'none', problem: told.problem ?? found.problem };
  if (told.kind === 'denied' || (await isUnchanged())) return told;
  told.giveBack();
  return {
    kind: 'none',
    problem: `${flagged.id} changed while it waited: what was approved is not what would run.`,
  };
}
