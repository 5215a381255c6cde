import type { HoldRequirement } from './requirement.ts';

/**
 * What a job's token can verify of a requirement. It reads no teams, so neither teams nor CODEOWNERS count; and
 * of `uses: once` it sees no more than this run's own reports, hence such an approval is for this head alone.
 */
export function knowableRequirement(requirement: HoldRequirement): HoldRequirement {
  const { role, users } = requirement.from;
  const { breakGlass = null, uses, scope } = requirement;
  return {
    ...requirement,
    from: { role, users, teams: [] },
    scope: uses === 'once' ? 'commit' : scope,
    breakGlass: breakGlass === null ? null : { ...breakGlass, teams: [] },
  };
}

/** Those that nobody could ever meet without the App: their approvers are teams or code owners only. */
export function unknowable(requirements: readonly HoldRequirement[]): readonly HoldRequirement[] {
  return requirements.filter(({ from }) => {
    const asked = from.teams.length > 0 || from.codeowners === true;
    return asked && from.role === null && from.users.length === 0;
  });
}
