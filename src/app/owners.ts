import { type OwnerLine, parseCodeowners } from '../approval/codeowners.ts';
import type { AppGitHub, PullRequest } from '../github/port.ts';

/** Who owns which file, by every CODEOWNERS that judges a pull request, and what is to be said of them. */
export interface Ownership {
  readonly sources: readonly (readonly OwnerLine[])[];
  readonly notes: readonly string[];
}

export const noOwnership: Ownership = { sources: [], notes: [] };

/**
 * CODEOWNERS of the base branch, and of the default branch: a branch that anybody may make must not choose
 * its own owners. Never of the head.
 */
export async function readOwnership(
  github: Pick<AppGitHub, 'codeowners' | 'defaultBranch'>,
  { base }: PullRequest,
): Promise<Ownership> {
  const normal = await github.defaultBranch(base.repository);
  const branches = [...new Set([base.ref, normal])];
  const found = await Promise.all(branches.map((branch) => github.codeowners(base.repository, branch)));
  return {
    sources: found.flatMap((file) => (file?.text == null ? [] : [parseCodeowners(file.text)])),
    notes: found.flatMap((file, index) =>
      file === null || file.text !== null
        ? []
        : [`${file.path} of ${branches[index]} is larger than 3 MB: as on GitHub, it names no owner.`],
    ),
  };
}
