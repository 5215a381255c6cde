import { git } from './git.ts';

export interface FileDiff {
  readonly filename: string;
  readonly previous: string | null;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed';
  readonly additions: number;
  readonly deletions: number;
  /** Blob id after the change (before it, for a removed file). */
  readonly sha: string;
  /** Null for binary files. */
  readonly patch: string | null;
}

const statusOf = { A: 'added', D: 'removed', M: 'modified', T: 'modified', R: 'renamed' } as const;

function statusFor(letter: string): FileDiff['status'] {
  return letter === 'A' || letter === 'D' || letter === 'R' || letter === 'T' ? statusOf[letter] : 'modified';
}

/** The files that differ between two trees, renames found. */
export async function diffFiles(folder: string, from: string, to: string): Promise<FileDiff[]> {
  const raw = (await git(folder, ['diff', '--raw', '-z', '-M', '--no-abbrev', from, to]))
    .toString()
    .split('\0');
  const files: FileDiff[] = [];
  for (let at = 0; at < raw.length; ) {
    const head = /^:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*$/.exec(raw[at] ?? '');
    if (!head) break;
    const [, before = '', after = '', letter = ''] = head;
    const renamed = letter === 'R' || letter === 'C';
    const first = raw[at + 1] ?? '';
    const filename = renamed ? (raw[at + 2] ?? '') : first;
    at += renamed ? 3 : 2;
    files.push({
      filename,
      previous: renamed ? first : null,
      status: statusFor(letter),
      sha: letter === 'D' ? before : after,
      ...(await patchOf(folder, from, to, renamed ? [first, filename] : [filename])),
    });
  }
  return files;
}

async function patchOf(
  folder: string,
  from: string,
  to: string,
  paths: readonly string[],
): Promise<Pick<FileDiff, 'additions' | 'deletions' | 'patch'>> {
  const out = (await git(folder, ['diff', '-M', from, to, '--', ...paths])).toString();
  const start = out.indexOf('\n@@ ');
  if (start < 0) return { additions: 0, deletions: 0, patch: null };
  const patch = out.slice(start + 1).replace(/\n$/, '');
  const lines = patch.split('\n');
  return {
    additions: lines.filter((line) => line.startsWith('+')).length,
    deletions: lines.filter((line) => line.startsWith('-')).length,
    patch,
  };
}
