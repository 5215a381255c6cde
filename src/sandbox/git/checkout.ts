import { mkdir } from 'node:fs/promises';
import { git } from './git.ts';

/** Puts the files of a commit into a folder, with a `.git` whose HEAD is that commit, as actions/checkout does. */
export async function checkoutInto(repository: string, sha: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await git(folder, ['init', '--quiet']);
  // A commit that no branch names can only be fetched by its id where the other side allows it.
  await git(folder, [
    'fetch',
    '--quiet',
    '--no-tags',
    '--upload-pack',
    'git -c uploadpack.allowAnySHA1InWant=true upload-pack',
    repository,
    sha,
  ]);
  await git(folder, ['checkout', '--quiet', '--detach', 'FETCH_HEAD']);
}
