import { type Decisions, type GrantSource, matchDecision } from './grant.ts';

/** Decisions as they could be read, and why they could not ("needs `checks: read`"). */
export interface Loaded {
  readonly decisions: Decisions;
  readonly problem: string | null;
}

export const noDecisions: Decisions = { grants: [], denied: [] };

/**
 * A source over decisions that are loaded once, at the first hold. Counts the uses of a grant that is
 * limited, so that one job never gets more executions than were approved; `used` is shared with other sources.
 */
export function decidedGrants(
  load: () => Promise<Loaded>,
  now: () => number,
  used: Map<string, number> = new Map(),
): GrantSource {
  const count = (binds: string, by: number) => used.set(binds, (used.get(binds) ?? 0) + by);
  let loading: Promise<Loaded> | null = null;
  return {
    async find(hold) {
      loading ??= load();
      const { decisions, problem } = await loading;
      const found = matchDecision(decisions, hold.form, used, now());
      if (found.kind === 'none') return { kind: 'none', problem };
      if (found.kind === 'denied') return found;
      const { binds } = found.grant;
      count(binds, 1);
      return { ...found, giveBack: () => count(binds, -1) };
    },
  };
}
