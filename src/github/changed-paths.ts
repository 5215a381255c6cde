import { messageOf } from '../errors.ts';
import type { Known } from '../policy/action.ts';
import type { RepositoryReader } from './port.ts';

/** GitHub lists no more files of a pull request than these. */
export const maximumFiles = 3000;

/**
 * Paths that a pull request changes, of a renamed file both; for who needs them, asked once. Unknown where GitHub
 * does not tell them all, and where the pull request stands at another head by now: then they are that one's.
 */
export function changedPaths(
  github: Pick<RepositoryReader, 'changedFiles' | 'pullRequest'>,
  repository: string,
  number: number,
  head: string,
): () => Promise<Known<readonly string[]>> {
  let asked: Promise<Known<readonly string[]>> | null = null;
  const ask = async (): Promise<Known<readonly string[]>> => {
    const files = await github.changedFiles(repository, number);
    if (files.length >= maximumFiles) {
      return { known: false, why: `the pull request changes ${maximumFiles} files or more` };
    }
    const now = await github.pullRequest(repository, number);
    if (now.head.sha !== head) return { known: false, why: 'the pull request has got another head since' };
    const paths = files.flatMap(({ path, previousPath }) =>
      previousPath === null ? [path] : [path, previousPath],
    );
    return { known: true, value: [...new Set(paths)] };
  };
  return () => {
    asked ??= ask().catch((thrown: unknown) => ({
      known: false,
      why: `the pull request's files could not be read: ${messageOf(thrown)}`,
    }));
    return asked;
  };
}
