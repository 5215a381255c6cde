import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

/**
 * The layers of ARCHITECTURE.md, read off the import lines: imports run downwards only, and entry points never
 * import each other. A folder's number is its level; equal numbers may import each other only where `together`.
 */
const root = path.resolve(import.meta.dirname, '../..');
const levels: Readonly<Record<string, number>> = {
  policy: 0,
  approval: 0,
  protocol: 0,
  report: 1,
  targets: 2,
  github: 2,
  ledger: 2,
  live: 2,
  sdk: 2,
  gates: 3,
  checks: 3,
  evidence: 3,
  suite: 4,
  action: 5,
  cli: 5,
  app: 5,
  sandbox: 5,
};
const together = new Set(['policy approval', 'approval policy', 'protocol policy']);
const freeForAll = new Set(['errors.ts', 'version.ts']);
const impure =
  /^(node:(net|fs|fs\/promises|child_process|http|https|tls|dgram|worker_threads|process|timers\/promises)|octokit|@octokit\/.*|pg|undici|probot)$/;

interface Import {
  readonly from: string;
  readonly to: string;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

function imports(): Import[] {
  return sources(path.join(root, 'src')).flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const found = text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g);
    return [...found].map((match) => ({ from: file, to: match[1] ?? '' }));
  });
}

function room(file: string): string {
  return path.relative(path.join(root, 'src'), file).split(path.sep)[0] ?? '';
}

test('every folder under src stands in the table of layers', () => {
  const unknown = sources(path.join(root, 'src'))
    .map(room)
    .filter((name) => !(name in levels) && !freeForAll.has(name));
  assert.deepEqual([...new Set(unknown)], []);
});

test('imports run downwards only, and entry points do not import each other', () => {
  const wrong: string[] = [];
  for (const { from, to } of imports()) {
    if (!to.startsWith('.')) continue;
    const [above, below] = [room(from), room(path.resolve(path.dirname(from), to))];
    if (above === below || freeForAll.has(below) || freeForAll.has(above) || below === '..') continue;
    const [upper, lower] = [levels[above] ?? -1, levels[below] ?? 99];
    if (lower < upper || together.has(`${above} ${below}`)) continue;
    wrong.push(`${path.relative(root, from)} imports ${to}`);
  }
  assert.deepEqual(wrong, []);
});

test('level 0 does no input or output and knows no clock', () => {
  const wrong: string[] = [];
  for (const { from, to } of imports()) {
    if (levels[room(from)] === 0 && impure.test(to)) wrong.push(`${path.relative(root, from)} imports ${to}`);
  }
  for (const file of sources(path.join(root, 'src'))) {
    if (levels[room(file)] !== 0) continue;
    const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    const met = /\b(Date\.now\(|new Date\(\)|process\.|Math\.random\(|setTimeout\(|setInterval\()/.exec(code);
    if (met !== null) wrong.push(`${path.relative(root, file)} uses ${met[1]}`);
  }
  assert.deepEqual(wrong, []);
});
