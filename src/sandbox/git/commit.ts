import { JitError } from '../../errors.ts';
import { git, tryGit } from './git.ts';
import { branchHead } from './refs.ts';

/** A file's new content; null deletes it. */
export type FileChange =
  | string
  | Uint8Array
  | null
  | { readonly content: string | Uint8Array; readonly executable: true };

export interface CommitRequest {
  readonly branch: string;
  /** Parent commit; null makes a root commit. */
  readonly parent: string | null;
  readonly files: Readonly<Record<string, FileChange>>;
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly at: Date;
}

/** Adds one commit to a branch of a bare repository and answers its id. */
export async function commitFiles(folder: string, request: CommitRequest): Promise<string> {
  const parts: Uint8Array[] = [];
  const text = (line: string) => parts.push(Buffer.from(line));
  const data = (content: string | Uint8Array) => {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    text(`data ${bytes.byteLength}\n`);
    parts.push(bytes);
    text('\n');
  };
  const { name, email } = request.author;
  const stamp = `${name} <${email}> ${Math.floor(request.at.getTime() / 1000)} +0000`;
  text(`commit refs/heads/${request.branch}\nauthor ${stamp}\ncommitter ${stamp}\n`);
  data(request.message);
  if (request.parent) text(`from ${request.parent}\n`);
  for (const [path, change] of Object.entries(request.files)) {
    const quoted = JSON.stringify(path);
    if (change === null) {
      text(`D ${quoted}\n`);
      continue;
    }
    const plain = typeof change === 'string' || change instanceof Uint8Array;
    text(`M ${plain ? '100644' : '100755'} inline ${quoted}\n`);
    data(plain ? change : change.content);
  }
  text('done\n');
  await git(folder, ['fast-import', '--quiet', '--done', '--force'], { input: Buffer.concat(parts) });
  const made = await branchHead(folder, request.branch);
  if (made === null) throw new JitError('sandbox-git', `git made no branch ${request.branch}`);
  return made;
}

/** The commit that a branch, tag or commit id names, or null. */
export async function resolveCommit(folder: string, name: string): Promise<string | null> {
  if (name.startsWith('-') || name.includes('..') || name.includes('@{')) return null;
  if (/^[0-9a-f]{40}$/.test(name)) return named(folder, name);
  const short = name.replace(/^(heads|tags)\//, '');
  return (
    (await branchHead(folder, short)) ??
    (await named(folder, `refs/tags/${short}`)) ??
    (await named(folder, name))
  );
}

async function named(folder: string, name: string): Promise<string | null> {
  const result = await tryGit(folder, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
  return result.code === 0 ? result.stdout.toString().trim() : null;
}
