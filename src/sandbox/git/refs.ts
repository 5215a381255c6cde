import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tryGit } from './git.ts';

/**
 * The commit of a branch, or null. A branch is a file of its name until git packs it (gitrepository-layout(5)):
 * asked for at every request, a process for each would be most of what the sandbox does.
 */
export async function branchHead(folder: string, branch: string): Promise<string | null> {
  const isPlain = branch.split('/').every((part) => /^\w[\w.-]*$/.test(part));
  const loose = isPlain ? await readFile(join(folder, 'refs', 'heads', branch), 'utf8').catch(() => '') : '';
  if (/^[0-9a-f]{40}\n$/.test(loose)) return loose.trim();
  const found = await tryGit(folder, ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}^{commit}`]);
  return found.code === 0 ? found.stdout.toString().trim() : null;
}
