import type { Command } from 'commander';
import { buildForm } from '../../approval/build-form.ts';
import { ExitCode } from '../../errors.ts';
import { parseActionFile } from '../../policy/cases.ts';
import { createAnalyser } from '../../policy/sql/analyse.ts';
import type { CheckResult } from '../../policy/verdict.ts';
import { writtenAction, writtenFacts, writtenRun } from '../../policy/written-action.ts';
import { type Explanation, explainFlagged, explainVerdict, explanationText } from '../../report/explain.ts';
import { formLine } from '../../report/form-text.ts';
import { loadSqlParser } from '../../targets/sql-parser.ts';
import { loadWorkingPolicy, placesOf, readGiven, readReport } from '../files.ts';
import { judgeOffline, readBeside } from '../offline.ts';
import { complain, printJson, printProblems } from '../say.ts';

interface Options {
  readonly report?: string;
  readonly action?: string;
  readonly policy?: string;
  readonly json: boolean;
}

export function addExplain(program: Command, exit: (code: number) => void): void {
  program
    .command('explain')
    .description('show why a runtime action was allowed, held or denied: every rule, matched or not')
    .argument('[id]', 'id of a flagged runtime action, or its beginning; with --report')
    .option('--report <file>', 'report of a run')
    .option('--action <file>', 'YAML or JSON file with a runtime action, judged by the policy here')
    .option('--policy <file>', 'policy file for --action (default: .github/jit-approval.yml here or above)')
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      '\nExamples:\n  jit-approval explain --report report.json 7f3k9q2m\n' +
        '  jit-approval explain --action delete.yml\n\n' +
        'delete.yml:\n  action: { sql: { statement: DELETE FROM users WHERE id = $1, params: [7] } }\n\n' +
        'With --action, guards are not judged: target-identity asks the server itself.\n\n' +
        'Exits 0; 1 when the report has no such id; 78 when a file cannot be used;\n64 for wrong arguments.',
    )
    .action(async (id: string | undefined, options: Options) => exit(await explain(id, options)));
}

async function explain(id: string | undefined, options: Options): Promise<number> {
  if ((options.report === undefined) === (options.action === undefined)) {
    complain('give either --report FILE with an ID, or --action FILE.');
    return ExitCode.usage;
  }
  if ((options.report === undefined) !== (id === undefined)) {
    const wanted = id === undefined ? '--report needs an ID' : 'an ID goes with --report, not with --action';
    complain(`${wanted}.`);
    return ExitCode.usage;
  }
  return options.report === undefined
    ? explainWritten(options.action ?? '', options)
    : explainReported(options.report, id ?? '', options);
}

function show(explanation: Explanation, json: boolean): number {
  if (json) printJson(explanation);
  else process.stdout.write(explanationText(explanation));
  return ExitCode.passed;
}

async function explainReported(file: string, id: string, { json }: Options): Promise<number> {
  const { flagged } = await readReport(file);
  const found = flagged.filter((entry) => entry.id.startsWith(id));
  const exact = found.find((entry) => entry.id === id) ?? (found.length === 1 ? found[0] : undefined);
  if (exact !== undefined) return show(explainFlagged(exact), json);
  const ids = (found.length > 0 ? found : flagged).map((entry) => entry.id);
  const shown = ids.slice(0, 10).join(', ') + (ids.length > 10 ? ` and ${ids.length - 10} more` : '');
  const why =
    found.length > 0
      ? `several begin with ${id}: ${shown}`
      : ids.length > 0
        ? `it has ${shown}`
        : 'it has none';
  complain(`${file} has no flagged runtime action ${id}; ${why}.`);
  return ExitCode.failed;
}

async function explainWritten(file: string, options: Options): Promise<number> {
  const parsed = parseActionFile(file, await readGiven(file, 'file'));
  if (!parsed.ok) {
    printProblems(parsed.problems, options.json);
    return ExitCode.policy;
  }
  const loaded = await loadWorkingPolicy(options.policy, options.json);
  if (loaded === null) return ExitCode.policy;
  const { policy } = loaded;
  const analyse = createAnalyser(await loadSqlParser());
  const { action, facts } = writtenAction(parsed.value.action, { targets: policy.targets, analyse });
  const verdict = await judgeOffline({
    policy,
    action,
    run: writtenRun(parsed.value.run),
    facts: { ...facts, ...writtenFacts(parsed.value.run) },
    known: ({ check }) => givenOutcome(parsed.value.checks?.[check.type]),
    readFile: readBeside(process.cwd()),
    environment: process.env,
  });
  const built = buildForm(action, verdict.rules, null);
  return show(
    explainVerdict(verdict, {
      action: formLine(built.form, 400),
      target: action.target.name,
      places: placesOf(policy),
    }),
    options.json,
  );
}

/** A check whose outcome the file states, since it needs a live target. */
export function givenOutcome(
  outcome: CheckResult['outcome'] | undefined,
): Omit<CheckResult, 'request'> | null {
  return outcome === undefined
    ? null
    : { outcome, expected: outcome === 'passed' ? '' : 'what the case states', met: outcome };
}
