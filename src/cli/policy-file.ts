import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { JitError } from '../errors.ts';
import { policyFile } from '../github/policy-source.ts';
import type { PolicyText } from '../policy/parse.ts';

/** Reads the policy of the working tree: `file`, or the one in the nearest folder above `cwd` that has one. */
export async function readWorkingPolicy(file: string | undefined, cwd: string): Promise<PolicyText> {
  const found = file === undefined ? await findUp(cwd) : path.resolve(cwd, file);
  let text: string;
  try {
    text = await readFile(found, 'utf8');
  } catch (cause) {
    throw new JitError(
      'NO_POLICY',
      file === undefined
        ? `No ${policyFile} was found in ${cwd} or above. "jit-approval init" writes one to start with.`
        : unreadable('policy', file, cause, policyFile),
      { cause },
    );
  }
  const shown = path.relative(cwd, found) || found;
  return {
    text,
    source: { from: 'working-tree', branch: null, file: shown, commit: null, blob: blobId(text) },
  };
}

/** Why a file that somebody named was not read, in words. */
export function unreadable(what: string, file: string, cause: unknown, example?: string): string {
  if (cause instanceof Error && 'code' in cause && cause.code === 'EISDIR') {
    const such = example === undefined ? '' : `, such as ${path.join(file, example)}`;
    return `${file} is a folder; name the ${what} in it${such}.`;
  }
  return `The ${what} ${file} could not be read. Is the path right?`;
}

/** Git's id of a file's content: what `git hash-object` prints. */
export function blobId(text: string): string {
  const bytes = Buffer.from(text);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

async function findUp(cwd: string): Promise<string> {
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, policyFile);
    try {
      await readFile(candidate);
      return candidate;
    } catch {
      if (path.dirname(folder) === folder) return path.join(cwd, policyFile);
    }
  }
}
