import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { missingText } from '../github/policy-source.ts';
import type { PolicyText } from '../policy/parse.ts';
import { extendedFiles } from '../policy/standing.ts';
import { blobId } from './policy-file.ts';

/** A policy of the working tree with the files that it extends, which it names from the repository's top. */
export async function withExtended(text: PolicyText, cwd: string): Promise<readonly PolicyText[]> {
  const names = extendedFiles(text.text);
  if (names.length === 0) return [text];
  const top = await repositoryTop(path.dirname(path.resolve(cwd, text.source.file)), cwd);
  const extended = await Promise.all(
    names.map(async (file): Promise<PolicyText> => {
      const content = await readFile(path.join(top, file), 'utf8').catch(() => null);
      if (content === null) {
        return missingText(
          text.source,
          file,
          `${text.source.file} extends it, but it cannot be read in ${path.relative(cwd, top) || 'this folder'}`,
        );
      }
      return { text: content, source: { ...text.source, file, blob: blobId(content) }, extended: true };
    }),
  );
  return [text, ...extended];
}

/** The folder above `folder` that holds `.git` or `.github`; without one, `cwd`. */
async function repositoryTop(folder: string, cwd: string): Promise<string> {
  for (let at = folder; ; at = path.dirname(at)) {
    if ((await exists(path.join(at, '.git'))) || (await exists(path.join(at, '.github')))) return at;
    if (path.dirname(at) === at) return cwd;
  }
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
