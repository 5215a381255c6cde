import { type OwnerLine, ownedFile } from './codeowners.ts';
import type { HoldRequirement } from './requirement.ts';

/**
 * What a requirement asks once the file that caused the action is known. Where nobody owns it and the policy
 * names nobody else, whoever maintains the repository decides: a hold that nobody can release helps no one.
 */
export function withOwners(
  requirement: HoldRequirement,
  sources: readonly (readonly OwnerLine[])[],
  file: string | null,
): HoldRequirement {
  const { from } = requirement;
  if (from.codeowners !== true) return requirement;
  const owned = ownedFile(sources, file);
  const nobody = from.role === null && from.teams.length === 0 && from.users.length === 0;
  const role = nobody && owned.owners.length === 0 ? 'maintain' : from.role;
  return { ...requirement, from: { ...from, role, owned } };
}
