import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { folderFor } from '../sandbox/runner/harness.ts';

/** A folder whose `node` reports a version, and runs the real one for everything else. */
export function nodeOfVersion(t: TestContext, version: string, inside = 'node'): string {
  const folder = folderFor(t);
  const file = join(folder, inside);
  mkdirSync(dirname(file), { recursive: true });
  const script = `#!/bin/sh\n[ "$1" = --version ] && { echo v${version}; exit 0; }\nexec ${process.execPath} "$@"\n`;
  writeFileSync(file, script);
  chmodSync(file, 0o755);
  return folder;
}

/** A folder for PATH with the tools that the launcher needs, and no node. */
export function toolsOnly(t: TestContext): string {
  const folder = folderFor(t);
  for (const tool of ['bash', 'env', 'sed', 'dirname', 'readlink', 'ps', 'sh']) {
    const target = [`/usr/bin/${tool}`, `/bin/${tool}`].find((path) => existsSync(path));
    if (target !== undefined) symlinkSync(target, join(folder, tool));
  }
  return folder;
}
