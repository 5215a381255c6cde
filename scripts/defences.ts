/**
 * Takes each defence out of a copy of the tree and expects that its tests fail: node scripts/defences.ts
 * [--only S3] [--only edited-comment]. Names an attack, a part of a test file's path or of the defence's words.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from 'node:test';
import { parseArgs } from 'node:util';
import { defences } from '../test/attacks/defences/all.ts';
import { cutsOf, type Defence, takeOut } from '../test/attacks/defences/defence.ts';

const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({ options: { only: { type: 'string', multiple: true, default: [] } } });

function isWanted({ attack, defence, falls }: Defence): boolean {
  const places = [defence, ...Object.keys(falls)];
  const fits = (only: string) => attack === only || places.some((text) => text.includes(only));
  return values.only.length === 0 || values.only.some(fits);
}

/** All that is tracked or new, and the packages by a link. */
function copyOfTree(): string {
  const copy = mkdtempSync(path.join(tmpdir(), 'jit-defences-'));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const file of listed.split('\0')) {
    // dist is built where a test needs it
    if (file === '' || file.startsWith('dist/') || !existsSync(path.join(root, file))) continue;
    mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
    cpSync(path.join(root, file), path.join(copy, file), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  return copy;
}

interface Outcome {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
}

/** For one test; a machine that is busy with other things takes its time. */
const patienceMs = 60_000;

/** Of the tests whose names hold one of the titles; of the file itself where it cannot even be loaded. */
async function outcomeOf(copy: string, file: string, titles: Iterable<string>): Promise<Outcome> {
  const passed: string[] = [];
  const failed: string[] = [];
  const stream = run({
    files: [path.join(copy, file)],
    cwd: copy,
    testNamePatterns: [...titles].map((title) => title.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')),
    // without a defence a server may never close, and a test never end
    execArgv: [`--test-timeout=${patienceMs}`, '--test-force-exit'],
    signal: AbortSignal.timeout(5 * patienceMs),
  });
  stream.on('test:pass', ({ name }) => void passed.push(name));
  stream.on('test:fail', ({ name }) => void failed.push(name));
  for await (const _ of stream);
  return { passed, failed };
}

const build = (copy: string) => execFileSync(process.execPath, ['scripts/build.ts'], { cwd: copy });

const rows = defences.filter(isWanted);

/** What the tests of a file say with every defence in its place: one that fails then proves nothing. */
const whole = new Map<string, Outcome>();

async function wholeOf(copy: string, file: string): Promise<Outcome> {
  const known = whole.get(file);
  if (known !== undefined) return known;
  const titles = new Set(rows.flatMap(({ falls }) => falls[file] ?? []));
  const outcome = await outcomeOf(copy, file, titles);
  whole.set(file, outcome);
  return outcome;
}

/** A sentence that says why the defence is not proven; null when it is. */
async function unproven(copy: string, row: Defence): Promise<string | null> {
  for (const [file, title] of Object.entries(row.falls)) {
    const { passed, failed } = await wholeOf(copy, file);
    const fails = failed.filter((name) => name.includes(title) || name.endsWith(file));
    if (fails.length > 0) return `${file} fails as it is: ${fails.join('; ')}`;
    if (!passed.some((name) => name.includes(title))) return `there is no test ${file} › ${title}`;
  }
  const restore = takeOut(copy, cutsOf(row));
  try {
    if (row.built) build(copy);
    for (const [file, title] of Object.entries(row.falls)) {
      const { failed } = await outcomeOf(copy, file, [title]);
      if (failed.length === 0) return `SURVIVED: ${file} › ${title} passes without it`;
      if (!failed.some((name) => name.includes(title)))
        return `${file}: expected "${title}" to fail, met: ${failed.join('; ')}`;
    }
    return null;
  } finally {
    restore();
    if (row.built) build(copy);
  }
}

if (rows.length === 0) throw new Error(`No defence is named by ${values.only.join(', ')}.`);
const copy = copyOfTree();
let wrong = 0;
try {
  if (rows.some(({ built }) => built)) build(copy);
  for (const row of rows) {
    const why = await unproven(copy, row);
    if (why !== null) wrong++;
    const fell = Object.entries(row.falls).map(([file, title]) => `${file} › ${title}`);
    console.log(`${why === null ? 'fell' : 'WRONG'}  ${row.attack}  ${row.defence}`);
    for (const line of why === null ? fell : [why]) console.log(`       ${line}`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${rows.length} defences taken out, ${rows.length - wrong} seen by their tests`);
process.exitCode = wrong === 0 ? 0 : 1;
