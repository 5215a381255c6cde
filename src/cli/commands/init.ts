import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { ExitCode, JitError, messageOf } from '../../errors.ts';
import { policyFile } from '../../github/policy-source.ts';
import { formatProblem, loadPolicy, type Policy } from '../../policy/parse.ts';
import { createAnalyser } from '../../policy/sql/analyse.ts';
import { declaredBy, type Found, type Learnt, starterPolicy } from '../../policy/starter.ts';
import { learntRules } from '../../report/learn.ts';
import { wrapped } from '../../report/table.ts';
import { loadSqlParser } from '../../targets/sql-parser.ts';
import { withExtended } from '../extended-policy.ts';
import { readReport } from '../files.ts';
import { lookAround } from '../look.ts';
import { readWorkingPolicy } from '../policy-file.ts';
import { complain, printJson } from '../say.ts';

interface Options {
  readonly from: readonly string[];
  readonly output: string;
  readonly json: boolean;
}

export function addInit(program: Command, exit: (code: number) => void): void {
  program
    .command('init')
    .description('write a commented policy to start with, for what is found in the repository')
    .option('--from <report...>', 'with rules that allow what these recorded runs did', [])
    .option('--output <file>', 'where to write it', policyFile)
    .option('--json', 'print what was found and done as JSON', false)
    .addHelpText(
      'after',
      '\nExamples:\n  jit-approval init\n  jit-approval init --from report.json --output new.yml\n\n' +
        'It never writes over a file. Exits 0; 1 when the file exists; 78 when a report\ncannot be used; 64 for wrong arguments.',
    )
    .action(async (options: Options) => exit(await init(options)));
}

async function init(options: Options): Promise<number> {
  const root = process.cwd();
  const found = await lookAround(root);
  const learnt = options.from.length === 0 ? null : await learn(options.from, found);
  const text = starterPolicy(found, learnt);
  assertValid(text, options.output);
  const file = path.resolve(root, options.output);
  const written = await write(file, text);
  if (!written) {
    complain(`${options.output} exists and was left alone. Give --output FILE to write elsewhere.`);
    return ExitCode.failed;
  }
  if (options.json) printJson({ file: options.output, found });
  else process.stdout.write(told(options.output, found));
  return ExitCode.passed;
}

/** What the policy of the recorded run declared stays declared: its rules name those targets. */
async function learn(files: readonly string[], found: Found): Promise<Learnt> {
  const reports = await Promise.all(files.map(readReport));
  if (reports.every((report) => (report.recorded ?? []).length === 0)) {
    throw new JitError(
      'REPORT',
      `${files.join(', ')} recorded no runtime action, so there is nothing to write rules from.`,
    );
  }
  const policy = await existing();
  const targets = Object.fromEntries(
    Object.entries(policy?.targets ?? {}).map(([name, spec]) => [name, JSON.stringify(spec)]),
  );
  const analyse = createAnalyser(await loadSqlParser());
  const suite = policy?.suite ?? null;
  return {
    rules: learntRules(reports, analyse, declaredBy(found, targets)),
    targets,
    suite: suite === null ? null : JSON.stringify(suite),
  };
}

async function existing(): Promise<Policy | null> {
  const cwd = process.cwd();
  const text = await readWorkingPolicy(undefined, cwd).catch(() => null);
  const loaded = text === null ? null : loadPolicy(await withExtended(text, cwd));
  return loaded?.ok ? loaded.policy : null;
}

/** What a repository's names make of the starter is checked before anybody gets it. */
function assertValid(text: string, file: string): void {
  const source = { from: 'working-tree', branch: null, file, commit: null, blob: '0'.repeat(40) } as const;
  const loaded = loadPolicy([{ text, source }]);
  if (loaded.ok) return;
  const problem = loaded.problems[0];
  throw new JitError(
    'STARTER',
    `The starter policy for this repository would not be valid, so nothing was written: ${problem === undefined ? '' : formatProblem(problem)}`,
  );
}

async function write(file: string, text: string): Promise<boolean> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text, { flag: 'wx' });
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST') return false;
    throw new JitError('FILE', `${file} could not be written: ${messageOf(thrown)}`, { cause: thrown });
  }
}

function told(file: string, found: Found): string {
  const systems = [...found.postgres, ...found.http, ...found.services.map(({ host }) => host)];
  const lines = [
    ...wrapped(`Wrote ${file}. It records: nothing is held until "mode: record" is taken out.`, ''),
    ...wrapped(systems.join(', ') || 'nothing; declare them under targets', 'Systems found: '),
    ...(found.others.length === 0 ? [] : wrapped(found.others.join(', '), 'No gate for: ')),
    '',
    'Next: jit-approval run --report report.json -- YOUR SUITE',
    '      jit-approval init --from report.json --output learnt.yml',
  ];
  return `${lines.join('\n')}\n`;
}
