import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { JitError } from '../../../errors.ts';
import type { FileChange } from '../../git/commit.ts';
import { tryGit } from '../../git/git.ts';

/** A folder of somebody's own, as a commit would hold it. */
export interface OwnFolder {
  readonly root: string;
  /** By path relative to `root`, with forward slashes. */
  readonly files: Readonly<Record<string, FileChange>>;
  /** `main`, or `master` where the folder's git has that alone. */
  readonly branch: string;
}

/** Bytes of one file, and how many files, that are taken along: more is seldom meant. */
const largestFile = 20 * 1024 * 1024;
const mostFiles = 20_000;

/**
 * Reads what lies in the folder now, committed or not. What git ignores is left out; without git, `node_modules`
 * and `.git` are. Links are followed to files and left out to folders. Throws a JitError.
 */
export async function readFolder(folder: string): Promise<OwnFolder> {
  const root = path.resolve(folder);
  const found = await stat(root).catch(() => null);
  if (found?.isDirectory() !== true)
    throw refused(`${folder} is no folder: name the one that holds your repository.`);
  const names = (await listedByGit(root)) ?? (await listed(root));
  if (names.length > mostFiles) {
    throw refused(`${folder} has ${names.length} files, and at most ${mostFiles} are taken along.`);
  }
  const files: Record<string, FileChange> = {};
  for (const name of names) {
    const change = await read(path.join(root, name));
    if (change !== null) files[name] = change;
  }
  return { root, files, branch: await branchOf(root) };
}

export function refused(sentence: string): JitError {
  return new JitError('OWN_REPOSITORY', sentence);
}

async function listedByGit(root: string): Promise<string[] | null> {
  const { code, stdout } = await tryGit(root, [
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
  ]);
  if (code !== 0) return null;
  return [...new Set(stdout.toString().split('\0'))].filter((name) => name !== '');
}

async function listed(root: string, below = ''): Promise<string[]> {
  const entries = await readdir(path.join(root, below), { withFileTypes: true });
  const wanted = entries.filter(({ name }) => name !== 'node_modules' && name !== '.git');
  const nested = wanted.map((entry) => {
    const name = path.posix.join(below, entry.name);
    return entry.isDirectory() ? listed(root, name) : [name];
  });
  return (await Promise.all(nested)).flat();
}

/** Null for what is no file any more, or was too large. */
async function read(file: string): Promise<FileChange> {
  const found = await stat(file).catch(() => null);
  if (found?.isFile() !== true || found.size > largestFile) return null;
  const content = await readFile(file);
  const { mode } = await lstat(file);
  return (mode & 0o100) === 0 ? content : { content, executable: true };
}

async function branchOf(root: string): Promise<string> {
  const { code, stdout } = await tryGit(root, [
    'for-each-ref',
    '--format=%(refname:short)',
    'refs/heads/main',
    'refs/heads/master',
  ]);
  return code === 0 && stdout.toString().trim() === 'master' ? 'master' : 'main';
}
