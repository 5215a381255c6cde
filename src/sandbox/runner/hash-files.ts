import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import picomatch from 'picomatch';

/** All files under a folder, as relative paths with `/`, sorted; the content of `.git` is left out. */
export function filesUnder(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter(
      (entry) =>
        !entry.isDirectory() &&
        statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.isFile(),
    )
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((file) => !file.startsWith('.git/'))
    .sort();
}

/** Whether a file is chosen by a list of globs in which later ones win and `!` takes away. */
function chosenBy(patterns: readonly string[], file: string): boolean {
  let chosen = false;
  for (const pattern of patterns) {
    const negative = pattern.startsWith('!');
    const glob = (negative ? pattern.slice(1) : pattern).replace(/^\.\//, '').replace(/\/+$/, '');
    if (picomatch.isMatch(file, [glob, `${glob}/**`], { dot: true })) chosen = !negative;
  }
  return chosen;
}

/** SHA-256 over the SHA-256 of every matching file under the workspace; empty when none matches. */
export function hashFiles(workspace: string, arguments_: readonly string[]): string {
  const patterns = arguments_.flatMap((each) => each.split('\n')).map((each) => each.trim());
  const wanted = patterns.filter((pattern) => pattern !== '' && !pattern.startsWith('#'));
  const files = filesUnder(workspace).filter((file) => chosenBy(wanted, file));
  if (files.length === 0) return '';
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(
      createHash('sha256')
        .update(readFileSync(join(workspace, file)))
        .digest(),
    );
  }
  return hash.digest('hex');
}
