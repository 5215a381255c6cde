import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * For `node --test --test-global-setup`: all tests get a temporary folder of their own, and what they, and all that they
 * start, leave in it fails the run. On a self-hosted runner, and on whoever's machine this is, nobody else would tidy up.
 */
let folder = '';

/** npm keeps the compiled code of its own files here. */
const notOurs: ReadonlySet<string> = new Set(['node-compile-cache']);

export function globalSetup(): void {
  folder = mkdtempSync(path.join(tmpdir(), 'jit-tests-'));
  // as root, PostgreSQL runs as another user
  chmodSync(folder, 0o755);
  process.env.TMPDIR = folder;
}

export function globalTeardown(): void {
  const left = readdirSync(folder).filter((name) => !notOurs.has(name));
  rmSync(folder, { recursive: true, force: true });
  if (left.length === 0) return;
  // what is thrown here fails the run, but Node does not print it
  process.stderr.write(`The tests left ${left.length} files or folders behind: ${left.join(', ')}\n`);
  throw new Error('the tests left something behind');
}
