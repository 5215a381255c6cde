import type { PolicyText } from '../policy/parse.ts';
import type { RepositoryReader } from './port.ts';

/** Where every policy lives, relative to the repository. */
export const policyFile = '.github/jit-approval.yml';

/**
 * The policy texts that judge a pull request, the strictest winning: the tip of its base branch and the
 * default branch, so that neither a lax branch nor a retarget loosens anything. The head's counts only where
 * neither has one; whoever judges by it must say so. Empty when there is none at all.
 */
export async function policyTexts(
  reader: Pick<RepositoryReader, 'defaultBranch' | 'fileAtBranch' | 'fileAtCommit'>,
  repository: string,
  base: string,
  head: string | null,
  path: string = policyFile,
): Promise<readonly PolicyText[]> {
  const normal = await reader.defaultBranch(repository);
  const branches = base === normal ? [base] : [base, normal];
  const found: PolicyText[] = [];
  for (const branch of branches) {
    const file = await reader.fileAtBranch(repository, branch, path);
    if (file === null) continue;
    const from = branch === base ? 'base' : 'default';
    found.push({
      text: file.text,
      source: { from, branch, file: path, commit: file.commit, blob: file.blob },
    });
  }
  if (found.length > 0 || head === null) return found;
  // a fork's commit can be read through the base repository, whose network it is in
  const own = await reader.fileAtCommit(repository, head, path);
  if (own === null) return [];
  return [
    {
      text: own.text,
      source: { from: 'head', branch: null, file: path, commit: own.commit, blob: own.blob },
    },
  ];
}
