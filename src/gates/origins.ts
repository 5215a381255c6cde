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
  const roots = namesOf(root);
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

/** A folder as it was told and as it really is: a process asked where it is answers the latter. */
export function namesOf(folder: string): readonly [string, ...string[]] {
  const told = path.resolve(folder);
  try {
    const real = realpathSync(told);
    return real === told ? [told] : [told, real];
  } catch {
    return [told];
  }
}

function isFile(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
