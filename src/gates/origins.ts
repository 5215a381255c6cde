import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Origin } from '../policy/action.ts';
import { parseOrigin, repositoryFile } from '../protocol/origin.ts';

/** The place in the repository that a client tells as `file:line`; null where that is no file of it. */
export type ReadOrigin = (told: string) => Origin | null;

/** For gates that are told nothing. */
export const noOrigins: ReadOrigin = () => null;

/** A suite calls from few places; who invents more only makes us look again. */
const most = 1000;

export function originReader(root: string): ReadOrigin {
  const roots = [...new Set([path.resolve(root), real(root)])];
  const known = new Map<string, string | null>();
  return (told) => {
    const said = parseOrigin(told);
    if (said === null) return null;
    let file = known.get(said.file);
    if (file === undefined) {
      file = repositoryFile(said.file, roots, (relative) => isFile(path.join(root, relative)));
      if (known.size >= most) known.clear();
      known.set(said.file, file);
    }
    return file === null ? null : { file, line: said.line };
  };
}

function real(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

function isFile(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
