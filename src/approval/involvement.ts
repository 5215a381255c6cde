import { type Account, isContributor } from './authority.ts';
import type { HoldState, PullState } from './state.ts';

/**
 * Warnings about people whose approval counts although they may have had a hand in the pull request. Who
 * pushed is known from deliveries alone; what a commit says of its author anybody can write.
 */
export function involvementNotes(state: PullState, named: readonly Account[]): readonly string[] {
  const ids = new Set(named.map(({ id }) => id));
  const voters = state.holds.filter(asksForOthers).flatMap((hold) => hold.approvals);
  const suspects = voters.filter(
    ({ by, byId }) => ids.has(byId) && !isContributor(state, { login: by, id: byId }),
  );
  return [
    ...[...new Set(suspects.map(({ by }) => by))].map(
      (by) =>
        `Commits of this pull request name ${by}, whose approval counts: nobody saw ${by} push, and what a commit says proves nothing.`,
    ),
    ...state.unseenPushes.map(
      (head) => `Who pushed ${head.slice(0, 7)} is not known: its delivery has not arrived.`,
    ),
  ];
}

function asksForOthers({ requirements }: HoldState): boolean {
  return requirements.some(({ requirement }) => !requirement.contributors);
}
