import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { rootCertificates } from 'node:tls';
import {
  added,
  type Environment,
  readTrusted,
  systemFile,
  trustedBeside,
  whole,
  wholeWhereSet,
} from './trusted-files.ts';

/** What makes the suite's clients trust a certificate authority. */
export interface Trust {
  /** Defaults: a step that names a file of its own keeps it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Removes the files. */
  close(): void;
}

/** The file alone, for clients that have to be told. */
const alone = 'JIT_APPROVAL_CA';

/**
 * Writes the authority's certificate for the suite's clients, into a folder that every user may read: alone, behind the
 * file that a variable of the suite names, and behind all that the suite and the system trust, as clients fall back from
 * one variable to another. A variable that names what is no file that can be read (a folder, nothing at all) is left
 * alone: who follows it does not trust the authority, and the report says so.
 */
export function trustAuthority(pem: string, environment: Environment): Trust {
  const folder = temporaryFolder(environment);
  const close = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    return { environment: writeFiles(folder, pem, environment), close };
  } catch (thrown) {
    close();
    throw thrown;
  }
}

function writeFiles(folder: string, pem: string, environment: Environment): Record<string, string> {
  const files = new Map<string, string>();
  const fileWith = (before: string): string => {
    const known = files.get(before);
    if (known !== undefined) return known;
    const file = path.join(folder, files.size === 0 ? 'authority.pem' : `bundle-${files.size}.pem`);
    writeFileSync(file, before === '' || before.endsWith('\n') ? `${before}${pem}` : `${before}\n${pem}`);
    chmodSync(file, 0o644);
    files.set(before, file);
    return file;
  };
  const set: Record<string, string> = { [alone]: fileWith('') };
  const give = (name: string, otherwise: string | null): void => {
    const before = environment[name] === undefined ? otherwise : readTrusted(environment[name]);
    if (before !== null) set[name] = fileWith(before);
  };
  const all = allTrusted(environment);
  for (const name of added) give(name, '');
  for (const name of whole) give(name, all);
  for (const name of wholeWhereSet) give(name, null);
  return set;
}

function temporaryFolder({ RUNNER_TEMP: given }: Environment): string {
  const parent = given !== undefined && existsSync(given) ? given : tmpdir();
  const folder = mkdtempSync(path.join(parent, 'jit-trust-'));
  chmodSync(folder, 0o755);
  return folder;
}

function allTrusted(environment: Environment): string {
  const roots = systemFile() === null ? rootCertificates : [];
  return [...roots, ...trustedBeside(environment)].join('\n');
}
