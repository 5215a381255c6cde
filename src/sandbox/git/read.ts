import { git, gitLine, tryGit } from './git.ts';

export interface TreeEntry {
  readonly mode: string;
  readonly type: 'blob' | 'tree' | 'commit';
  readonly sha: string;
  readonly size: number;
  readonly path: string;
}

function parseEntries(out: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (const record of out.toString().split('\0')) {
    const match = /^(\d+) (blob|tree|commit) ([0-9a-f]+)\s+(\d+|-)\t([\s\S]+)$/.exec(record);
    if (!match) continue;
    const [, mode = '', type = '', sha = '', size = '', path = ''] = match;
    if (type === 'blob' || type === 'tree' || type === 'commit') {
      entries.push({ mode, type, sha, size: size === '-' ? 0 : Number(size), path });
    }
  }
  return entries;
}

/** The entry at a path of a commit; the empty path is the root tree. */
export async function entryAt(folder: string, commit: string, path: string): Promise<TreeEntry | null> {
  if (path === '') {
    const sha = await gitLine(folder, ['rev-parse', `${commit}^{tree}`]);
    return { mode: '040000', type: 'tree', sha, size: 0, path: '' };
  }
  const result = await tryGit(folder, ['ls-tree', '-l', '-z', '--full-tree', commit, '--', path]);
  return result.code === 0 ? (parseEntries(result.stdout).find((each) => each.path === path) ?? null) : null;
}

/** What lies directly in a folder of a commit, with whole paths. */
export async function entriesIn(folder: string, commit: string, path: string): Promise<TreeEntry[]> {
  const prefix = path === '' ? [] : ['--', `${path}/`];
  const result = await tryGit(folder, ['ls-tree', '-l', '-z', '--full-tree', commit, ...prefix]);
  return result.code === 0 ? parseEntries(result.stdout) : [];
}

export function blob(folder: string, sha: string): Promise<Buffer> {
  return git(folder, ['cat-file', 'blob', sha]);
}

/** Text of a file at a commit, or null. */
export async function fileAt(folder: string, commit: string, path: string): Promise<string | null> {
  const entry = await entryAt(folder, commit, path);
  return entry?.type === 'blob' ? (await blob(folder, entry.sha)).toString() : null;
}

export interface CommitInfo {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

interface Signature {
  readonly name: string;
  readonly email: string;
  /** ISO 8601 in UTC. */
  readonly date: string;
}

export async function commitInfo(folder: string, sha: string): Promise<CommitInfo> {
  const format = '%H%x00%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B';
  const out = (await git(folder, ['show', '-s', `--format=${format}`, sha])).toString();
  const [id = '', tree = '', parents = '', an = '', ae = '', at = '', cn = '', ce = '', ct = '', ...rest] =
    out.split('\0');
  return {
    sha: id,
    tree,
    parents: parents === '' ? [] : parents.split(' '),
    author: { name: an, email: ae, date: isoSeconds(new Date(Number(at) * 1000)) },
    committer: { name: cn, email: ce, date: isoSeconds(new Date(Number(ct) * 1000)) },
    message: rest.join('\0').trimEnd(),
  };
}

/** GitHub writes instants without fractions of a second. */
export function isoSeconds(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Branches with their commits, sorted by name. */
export async function branches(folder: string): Promise<{ readonly name: string; readonly sha: string }[]> {
  const out = await gitLine(folder, [
    'for-each-ref',
    '--format=%(refname:lstrip=2) %(objectname)',
    'refs/heads',
  ]);
  if (out === '') return [];
  return out.split('\n').map((line) => {
    const [name = '', sha = ''] = line.split(' ');
    return { name, sha };
  });
}
