import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { git, gitLine, tryGit } from './git.ts';

/** Commits that belong to head but not to base, oldest first. */
export async function commitsBetween(folder: string, base: string, head: string): Promise<string[]> {
  const out = await gitLine(folder, ['rev-list', '--reverse', '--topo-order', `${base}..${head}`]);
  return out === '' ? [] : out.split('\n');
}

export async function mergeBase(folder: string, base: string, head: string): Promise<string | null> {
  const result = await tryGit(folder, ['merge-base', base, head]);
  return result.code === 0 ? result.stdout.toString().trim() : null;
}

/**
 * Makes the merge commit of head into base without touching a branch: GitHub's `refs/pull/N/merge`. Null on a
 * conflict. Plain plumbing with an index and a work tree of its own, as `merge-tree --write-tree` needs git 2.38.
 * Both lie beside the repository, so that whoever puts that away, also after a crash, puts them away too.
 */
export async function testMerge(
  folder: string,
  base: string,
  head: string,
  message: string,
  at: Date,
): Promise<string | null> {
  const ancestor = await mergeBase(folder, base, head);
  if (!ancestor) return null;
  const scratch = await mkdtemp(`${folder}-merge-`);
  const stamp = `${Math.floor(at.getTime() / 1000)} +0000`;
  const env = {
    GIT_DIR: folder,
    GIT_WORK_TREE: scratch,
    GIT_INDEX_FILE: join(scratch, '.sandbox-index'),
    GIT_AUTHOR_DATE: stamp,
    GIT_COMMITTER_DATE: stamp,
  };
  try {
    await git(scratch, ['read-tree', '-i', '-m', '--aggressive', ancestor, base, head], { env });
    const merged = await tryGit(scratch, ['merge-index', '-o', '-q', 'git-merge-one-file', '-a'], { env });
    if (merged.code !== 0) return null;
    const tree = await gitLine(scratch, ['write-tree'], { env });
    return await gitLine(scratch, ['commit-tree', tree, '-p', base, '-p', head, '-m', message], { env });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
