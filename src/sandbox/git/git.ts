import { spawn } from 'node:child_process';
import { JitError } from '../../errors.ts';

/** The user's own git configuration must not change what the sandbox does. */
const environment = {
  PATH: process.env.PATH ?? '',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'GitHub',
  GIT_AUTHOR_EMAIL: 'noreply@github.test',
  GIT_COMMITTER_NAME: 'GitHub',
  GIT_COMMITTER_EMAIL: 'noreply@github.test',
  LC_ALL: 'C',
};

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

interface GitOptions {
  readonly input?: Uint8Array | string;
  readonly env?: Record<string, string>;
}

const reading = new Set(['cat-file', 'diff', 'ls-tree', 'merge-base', 'rev-list', 'rev-parse', 'show']);
const objects = /^[0-9a-f]{40}(\^\{(commit|tree)\})?(\.\.[0-9a-f]{40})?$/;

/** Whether the answer can never change: it reads objects that are named by their content alone. */
function isForEver([command = '', ...rest]: readonly string[], options: GitOptions): boolean {
  if (!reading.has(command) || options.input !== undefined || options.env !== undefined) return false;
  const end = rest.indexOf('--');
  const names = rest.slice(0, end < 0 ? undefined : end).filter((arg) => !arg.startsWith('-'));
  return (
    names.some((name) => objects.test(name)) && names.every((name) => objects.test(name) || name === 'blob')
  );
}

/** A process costs more than everything that is read with it. */
const known = new Map<string, GitResult>();
const mostKnown = 50_000;

/** Runs `git` in a repository's folder and answers whatever its exit code is. */
export async function tryGit(
  folder: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitResult> {
  const key = isForEver(args, options) ? JSON.stringify([folder, ...args]) : null;
  const before = key === null ? undefined : known.get(key);
  if (before !== undefined) return before;
  const result = await runGit(folder, args, options);
  if (known.size >= mostKnown) known.clear();
  // what is not there yet may come with the next push
  if (key !== null && result.code === 0) known.set(key, result);
  return result;
}

function runGit(folder: string, args: readonly string[], options: GitOptions): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd: folder, env: { ...environment, ...options.env } });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', (cause) =>
      reject(
        new JitError(
          'sandbox-git',
          'expected the `git` command on PATH; it could not be started: install git',
          {
            cause,
          },
        ),
      ),
    );
    child.on('close', (code) =>
      resolve({ code: code ?? -1, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() }),
    );
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
}

/** Runs `git` and answers its standard output; a failure is an error with git's own words. */
export async function git(
  folder: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<Buffer> {
  const result = await tryGit(folder, args, options);
  if (result.code === 0) return result.stdout;
  throw new JitError(
    'sandbox-git',
    `git ${args[0] ?? ''} failed with exit code ${result.code}: ${result.stderr.trim()}`,
  );
}

export async function gitLine(
  folder: string,
  args: readonly string[],
  options: { readonly env?: Record<string, string> } = {},
): Promise<string> {
  return (await git(folder, args, options)).toString().trim();
}
