import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Origin } from '../../policy/action.ts';
import { parseTestId } from '../../protocol/origin-conventions.ts';

/** Larger files are no tests that people wrote. */
const largest = 1_000_000;

/**
 * The test that a command's environment names: JIT_TEST_ID (`path::line` or `path::name`), else PYTEST_CURRENT_TEST,
 * which pytest sets. The path is relative to `cwd` or a folder above it, as runners start in a package or above it.
 * The file is absolute; a name is found by the first line that defines or mentions it. Null where it is not there.
 */
export function originByTest(env: Readonly<Record<string, string | undefined>>, cwd: string): Origin | null {
  const id = parseTestId(env.JIT_TEST_ID || env.PYTEST_CURRENT_TEST || '');
  if (id === null) return null;
  try {
    const file = above(cwd)
      .map((folder) => path.resolve(folder, id.file))
      .find(isReadable);
    if (file === undefined) return null;
    const line = id.line ?? lineOf(id.name ?? '', readFileSync(file, 'utf8'));
    return line === 0 ? null : { file, line };
  } catch {
    return null;
  }
}

/** From 1; 0 where the name is nowhere. */
function lineOf(name: string, text: string): number {
  const lines = text.split('\n');
  const within = (line: string): boolean => line.includes(name) && !wordGoesOn(line, name);
  const defined = lines.findIndex(
    (line) => /^\s*(async\s+)?(def|func|fn|function|sub)\b/.test(line) && within(line),
  );
  return (defined < 0 ? lines.findIndex(within) : defined) + 1;
}

/** `test_a` is not found in `test_ab`. */
function wordGoesOn(line: string, name: string): boolean {
  const after = line.charAt(line.indexOf(name) + name.length);
  return /\w/.test(after) && /\w$/.test(name);
}

function above(folder: string): string[] {
  const parent = path.dirname(folder);
  return parent === folder ? [folder] : [folder, ...above(parent)];
}

function isReadable(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size <= largest;
}
