import { organisationFile } from '../policy/organisation.ts';
import type { PolicyText } from '../policy/parse.ts';
import { GitHubError } from './client.ts';
import type { RepositoryReader } from './port.ts';

/** Where every policy lives, relative to the repository. */
export const policyFile = '.github/jit-approval.yml';

/** Where an organisation's policy lives, in the repository `.github` of the same owner. */
const organisationPath = 'jit-approval.yml';

type Reader = Pick<
  RepositoryReader,
  'defaultBranch' | 'visibleDefaultBranch' | 'fileAtBranch' | 'fileAtCommit'
>;

/**
 * The policy texts that judge a pull request, the strictest winning: the tip of its base branch and the
 * default branch, so that neither a lax branch nor a retarget loosens anything; what each extends; and the
 * organisation's. The head's counts only where neither branch has one; whoever judges by it must say so.
 * Empty when there is none at all.
 */
export async function policyTexts(
  reader: Reader,
  repository: string,
  base: string,
  head: string | null,
  path: string = policyFile,
): Promise<readonly PolicyText[]> {
  const [own, organisation] = await Promise.all([
    extendedOwnTexts(reader, repository, base, head, path),
    organisationText(reader, repository),
  ]);
  return [...own, ...(organisation === null ? [] : [organisation])];
}

async function extendedOwnTexts(
  reader: Reader,
  repository: string,
  base: string,
  head: string | null,
  path: string,
): Promise<readonly PolicyText[]> {
  const own = await ownTexts(reader, repository, base, head, path);
  const extended = await Promise.all(own.map((text) => extendedTexts(reader, repository, text)));
  return [...own, ...extended.flat()];
}

async function ownTexts(
  reader: Reader,
  repository: string,
  base: string,
  head: string | null,
  path: string,
): Promise<readonly PolicyText[]> {
  // a job waits for these before it starts its suite: what does not depend on another is asked at once
  const normal = reader.defaultBranch(repository);
  const asked = await Promise.all([
    branchText(reader, repository, base, path, 'base'),
    normal.then((branch) => (branch === base ? [] : branchText(reader, repository, branch, path, 'default'))),
  ]);
  const found = asked.flat();
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

async function branchText(
  reader: Reader,
  repository: string,
  branch: string,
  path: string,
  from: 'base' | 'default',
): Promise<PolicyText[]> {
  const file = await reader.fileAtBranch(repository, branch, path);
  if (file === null) return [];
  const { text, commit, blob } = file;
  return [{ text, source: { from, branch, file: path, commit, blob } }];
}

/** The files that a text extends, at its own commit. */
async function extendedTexts(
  reader: Reader,
  repository: string,
  { text, source }: PolicyText,
): Promise<readonly PolicyText[]> {
  const { commit } = source;
  if (commit === null) return [];
  // with it comes what reads YAML: a job asks for its policy while that is loaded
  const { extendedFiles } = await import('../policy/standing.ts');
  return Promise.all(
    extendedFiles(text).map(async (file): Promise<PolicyText> => {
      const found = await reader.fileAtCommit(repository, commit, file);
      if (found === null)
        return missingText(source, file, `${source.file} extends it, but it does not exist`);
      return { text: found.text, source: { ...source, file, blob: found.blob }, extended: true };
    }),
  );
}

/** A file without which nothing may be judged: reading the policy says so. */
export function missingText(source: PolicyText['source'], file: string, missing: string): PolicyText {
  return { text: '', source: { ...source, file, blob: '0'.repeat(40) }, extended: true, missing };
}

/** A repository that cannot be seen has no word here: a policy that counts on it says `organisation: required`. */
async function organisationText(reader: Reader, repository: string): Promise<PolicyText | null> {
  const shared = `${repository.split('/')[0] ?? ''}/.github`;
  if (shared === repository) return null;
  const branch = await reader.visibleDefaultBranch(shared);
  const found = branch === null ? null : await fileUnlessEmpty(reader, shared, branch);
  if (found === null) return null;
  const file = organisationFile(shared, organisationPath);
  return {
    text: found.text,
    source: { from: 'organisation', branch, file, commit: found.commit, blob: found.blob },
  };
}

/** A repository without any commit has a default branch by name only. */
async function fileUnlessEmpty(reader: Reader, repository: string, branch: string) {
  try {
    return await reader.fileAtBranch(repository, branch, organisationPath);
  } catch (thrown) {
    if (thrown instanceof GitHubError && thrown.code === 'github-not-found') return null;
    throw thrown;
  }
}
