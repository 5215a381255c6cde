import type { ActionForm } from './form.ts';
import { type Decisions, type Found, type GrantSource, matchDecision } from './grant.ts';

/** Decisions as they could be read, and why they could not ("needs `checks: read`"). */
export interface Loaded {
  readonly decisions: Decisions;
  readonly problem: string | null;
}

export const noDecisions: Decisions = { grants: [], denied: [] };

/** What the decisions say of a form. A use of a grant counts at once; `giveBack` takes it back. */
export function takeDecision(
  { decisions, problem }: Loaded,
  form: ActionForm,
  used: Map<string, number>,
  now: number,
): Found {
  const found = matchDecision(decisions, form, used, now);
  if (found.kind === 'none') return { kind: 'none', problem };
  if (found.kind === 'denied') return found;
  const { binds } = found.grant;
  const count = (by: number) => used.set(binds, (used.get(binds) ?? 0) + by);
  count(1);
  return { ...found, giveBack: () => count(-1) };
}

/**
 * A source over decisions that are loaded once, at the first hold. Counts the uses of a grant that is
 * limited, so that one job never gets more executions than were approved; `used` is shared with other sources.
 */
export function decidedGrants(
  load: () => Promise<Loaded>,
  now: () => number,
  used: Map<string, number> = new Map(),
): GrantSource {
  let loading: Promise<Loaded> | null = null;
  return {
    async find(hold) {
      loading ??= load();
      return takeDecision(await loading, hold.form, used, now());
    },
  };
}
