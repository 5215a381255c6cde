import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { ExitCode, JitError, messageOf } from '../../errors.ts';
import { policyFile } from '../../github/policy-source.ts';
import { formatProblem, loadPolicy, type Policy } from '../../policy/parse.ts';
import { type Analyse, createAnalyser } from '../../policy/sql/analyse.ts';
import { declaredBy, type Found, starterPolicy } from '../../policy/starter.ts';
import { learntRules } from '../../report/learn.ts';
import type { Report } from '../../report/schema.ts';
import { wrapped } from '../../report/table.ts';
import { loadSqlParser } from '../../targets/sql-parser.ts';
import { withExtended } from '../extended-policy.ts';
import { readReport } from '../files.ts';
import { judgeRecorded } from '../judge-recorded.ts';
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
  const { from, output } = options;
  const text = from.length === 0 ? starterPolicy(found) : await learntPolicy(from, found, output);
  valid(text, output);
  const file = path.resolve(root, options.output);
  const written = await write(file, text);
  if (!written) {
    complain(`${options.output} exists and was left alone. Give --output FILE to write elsewhere.`);
    return ExitCode.failed;
  }
  if (options.json) printJson({ file: options.output, found });
  else process.stdout.write(told(options, found));
  return ExitCode.passed;
}

/**
 * The starter with rules for what the runs did. What they flagged must not pass by a rule that was learnt from
 * something else: such rules are left out.
 */
async function learntPolicy(files: readonly string[], found: Found, output: string): Promise<string> {
  const reports = await Promise.all(files.map(readReport));
  if (reports.every((report) => (report.recorded ?? []).length === 0)) {
    throw new JitError(
      'REPORT',
      `${files.join(', ')} recorded no runtime action, so there is nothing to write rules from.`,
    );
  }
  const policy = await existing();
  // what the policy of the recorded run declared stays declared: its rules name those targets
  const targets = Object.fromEntries(
    Object.entries(policy?.targets ?? {}).map(([name, spec]) => [name, JSON.stringify(spec)]),
  );
  const suite = policy?.suite ? JSON.stringify(policy.suite) : null;
  const analyse = createAnalyser(await loadSqlParser());
  const without = new Set<string>();
  for (;;) {
    const rules = learntRules(reports, analyse, declaredBy(found, targets), without);
    const text = starterPolicy(found, { rules, targets, suite });
    const loose = await rulesThatPass(valid(text, output), reports, analyse);
    if (loose.every((id) => without.has(id))) return text;
    for (const id of loose) without.add(id);
  }
}

/** The rules by which a policy allows what the runs flagged. */
async function rulesThatPass(
  policy: Policy,
  reports: readonly Report[],
  analyse: Analyse,
): Promise<string[]> {
  const found: string[] = [];
  for (const report of reports) {
    for (const recorded of report.recorded ?? []) {
      if (recorded.decision === 'allow') continue;
      const verdict = await judgeRecorded(policy, report, recorded, analyse, null);
      if (verdict.decision === 'allow') found.push(...verdict.rules.map(({ id }) => id));
    }
  }
  return found;
}

async function existing(): Promise<Policy | null> {
  const cwd = process.cwd();
  const text = await readWorkingPolicy(undefined, cwd).catch(() => null);
  const loaded = text === null ? null : loadPolicy(await withExtended(text, cwd));
  return loaded?.ok ? loaded.policy : null;
}

/** What a repository's names make of the starter is checked before anybody gets it. */
function valid(text: string, file: string): Policy {
  const source = { from: 'working-tree', branch: null, file, commit: null, blob: '0'.repeat(40) } as const;
  const loaded = loadPolicy([{ text, source }]);
  if (loaded.ok) return loaded.policy;
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

function told({ output, from }: Options, found: Found): string {
  const systems = [...found.postgres, ...found.http, ...found.services.map(({ host }) => host)];
  const lines = [
    ...wrapped(
      `Wrote ${output}, to be read and changed. It only records: nothing is held while it says "mode: record".`,
      '',
    ),
    ...wrapped(systems.join(', ') || 'nothing; declare them under targets', 'Systems found: '),
    ...(found.others.length === 0 ? [] : wrapped(found.others.join(', '), 'No gate for: ')),
    '',
    ...(from.length === 0 ? afterStarter : afterRuns(output, from)),
    ...wrapped(
      'A pull request is judged by the policy of its base branch: this one counts once it is merged.',
      '',
    ),
  ];
  return `${lines.join('\n')}\n`;
}

const afterStarter = [
  'Next, with your suite in the place of "npm test":',
  '  jit-approval run --report report.json -- npm test',
  '      runs it as ever, and says what would have been held',
  '  jit-approval init --from report.json --output learnt.yml',
  '      writes rules that allow what it did, for you to choose from',
];

/** What was learnt is compared with the runs, and then takes the place of the starter. */
function afterRuns(output: string, from: readonly string[]): string[] {
  const end =
    output === policyFile
      ? 'When it is right, take "mode: record" out.'
      : `Then put what you keep of it into ${policyFile}, in the end without "mode: record".`;
  return [
    'Next:',
    `  jit-approval replay ${from.join(' ')} --policy ${output}`,
    '      what it would decide differently',
    ...wrapped(end, ''),
  ];
}
