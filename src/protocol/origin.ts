import type { Origin } from '../policy/action.ts';

/**
 * Where a runtime action was caused, as the suite's side tells a gate: `file:line`, the file percent-encoded. Whoever
 * can reach a gate can write it, so it only ever points people to a file of the repository; nothing is decided by it.
 */

/** Carries it to an HTTP gate, which keeps it from the target. */
export const originHeader = 'x-jit-approval-origin';

/** Type of the message that carries it to a PostgreSQL gate, which no client of PostgreSQL sends. Never forwarded. */
export const originMessage = 'o';

/** Preload and gates: the repository's gates by their ports on the loopback, as JSON in JIT_APPROVAL_ORIGINS. */
export const originVariable = 'JIT_APPROVAL_ORIGINS';

/** As the report takes them. */
export const longestOrigin = 1000;
export const mostLines = 1_000_000;

export function formatOrigin({ file, line }: Origin): string {
  return `${encodeURIComponent(file)}:${line}`;
}

/** Null for anything but `file:line`. The file is as told: a path of any system, or a file URL. */
export function parseOrigin(text: string): Origin | null {
  const match = /^([^:\s]{1,3000}):([1-9]\d{0,6})$/.exec(text);
  const file = match === null ? null : decoded(match[1] ?? '');
  const line = Number(match?.[2]);
  return file === null || line > mostLines ? null : { file, line };
}

/**
 * The path that a told file has in the repository, with `/` between its parts; null where it is no file there. Inside a
 * container the repository may lie elsewhere (`/app`, `/__w/name/name`): then the longest end of the path, of two parts
 * or more, that is a file of the repository. `isFile` takes paths relative to the repository.
 */
export function repositoryFile(
  told: string,
  roots: readonly string[],
  isFile: (relative: string) => boolean,
): string | null {
  const file = slashes(told);
  if (file.length > longestOrigin || !isPlain(file)) return null;
  const found = candidates(file, roots.map(slashes)).find(
    (path) => !path.split('/').includes('node_modules') && isFile(path),
  );
  return found ?? null;
}

function candidates(file: string, roots: readonly string[]): string[] {
  if (!isAbsolute(file)) return [file.replace(/^(\.\/)+/, '')];
  const inside = roots.flatMap((root) => {
    const above = root.endsWith('/') ? root : `${root}/`;
    return file.startsWith(above) ? [file.slice(above.length)] : [];
  });
  if (inside.length > 0) return inside;
  const parts = file.replace(/^([A-Z]:)?\//, '').split('/');
  // one name alone (`index.js`) would be found in too many places
  return parts.slice(0, -1).map((_, from) => parts.slice(from).join('/'));
}

/** A file URL as its path, a Windows path with `/` and its drive in upper case. */
function slashes(path: string): string {
  const local = /^file:\/\//i.test(path)
    ? (decoded(path.replace(/^file:\/\/(localhost)?/i, '')) ?? '')
    : path;
  const windows = /^(?:\\\\\?\\|\/)?([A-Za-z]):[\\/](.*)$/s.exec(local);
  if (windows === null) return local;
  return `${windows[1]?.toUpperCase()}:/${windows[2]?.replaceAll('\\', '/')}`;
}

function isAbsolute(path: string): boolean {
  return /^([A-Z]:)?\//.test(path);
}

/** No way up, nothing empty between two `/`, and nothing that could deceive where it is shown. */
function isPlain(path: string): boolean {
  const parts = path.replace(/^([A-Z]:)?\//, '').split('/');
  return !/[\p{C}\p{Zl}\p{Zp}]/u.test(path) && parts.every((part) => part !== '' && part !== '..');
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
