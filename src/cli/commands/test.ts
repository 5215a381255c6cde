import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { ExitCode } from '../../errors.ts';
import { disagreements, parseCases } from '../../policy/cases.ts';
import type { Policy } from '../../policy/parse.ts';
import type { Case } from '../../policy/schema/cases.ts';
import { type Analyse, createAnalyser } from '../../policy/sql/analyse.ts';
import { writtenAction, writtenFacts, writtenRun } from '../../policy/written-action.ts';
import { type TestResult, tap } from '../../report/tap.ts';
import { loadSqlParser } from '../../targets/sql-parser.ts';
import { loadWorkingPolicy, readGiven } from '../files.ts';
import { judgeOffline, readBeside } from '../offline.ts';
import { printJson, printProblems } from '../say.ts';
import { givenOutcome } from './explain.ts';

const companion = '.github/jit-approval.test.yml';

export function addTest(program: Command, exit: (code: number) => void): void {
  program
    .command('test')
    .description("judge the cases of the policy's companion file; prints TAP")
    .argument('[file]', `file of cases (default: ${companion} here or above)`)
    .option(
      '--policy <file>',
      'policy file (default: the file\'s own "policy", else jit-approval.yml beside it)',
    )
    .option('--json', 'print JSON instead of TAP', false)
    .addHelpText(
      'after',
      `\nExample:\n  jit-approval test ${companion}\n\n${companion}:\n` +
        '  tests:\n    - name: deletes on staging wait\n' +
        '      action: { sql: DELETE FROM users WHERE id = 7 }\n' +
        '      expect: { verdict: hold, rule: delete-on-staging }\n\n' +
        'Guards are not judged. Exits 0 when every case holds true, 1 when one does not,\n78 when a file cannot be used, 64 for wrong arguments.',
    )
    .action(async (file: string | undefined, options: { policy?: string; json: boolean }) => {
      exit(await test(file ?? (await companionHere()), options));
    });
}

async function test(file: string, options: { policy?: string; json: boolean }): Promise<number> {
  const parsed = parseCases(file, await readGiven(file, 'file of cases', companion));
  if (!parsed.ok) {
    printProblems(parsed.problems, options.json);
    return ExitCode.policy;
  }
  const beside = path.join(path.dirname(file), parsed.value.policy ?? policyName(file));
  const loaded = await loadWorkingPolicy(options.policy ?? beside, options.json);
  if (loaded === null) return ExitCode.policy;
  const analyse = createAnalyser(await loadSqlParser());
  const results: TestResult[] = [];
  for (const [index, one] of parsed.value.tests.entries()) {
    const problems = await problemsOf(one, loaded.policy, analyse);
    const at = `${file}:${parsed.lineOf(['tests', index])}`;
    results.push({ name: one.name, ok: problems.length === 0, at, problems });
  }
  const passed = results.filter((result) => result.ok).length;
  if (options.json) printJson({ passed, failed: results.length - passed, results });
  else process.stdout.write(tap(results));
  return passed === results.length ? ExitCode.passed : ExitCode.failed;
}

async function problemsOf(one: Case, policy: Policy, analyse: Analyse): Promise<string[]> {
  const { action, facts } = writtenAction(one.action, { targets: policy.targets, analyse });
  const verdict = await judgeOffline({
    policy,
    action,
    run: writtenRun(one.run),
    facts: { ...facts, ...writtenFacts(one.run) },
    known: ({ check }) => givenOutcome(one.checks?.[check.type]),
    readFile: readBeside(process.cwd()),
    environment: process.env,
  });
  return disagreements(one, verdict);
}

/** `jit-approval.test.yml` → `jit-approval.yml`, also for a file that is called otherwise. */
function policyName(file: string): string {
  const name = path.basename(file);
  return /\.test\.ya?ml$/.test(name) ? name.replace(/\.test(\.ya?ml)$/, '$1') : 'jit-approval.yml';
}

async function companionHere(): Promise<string> {
  for (let folder = process.cwd(); ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, companion);
    const found = await readFile(candidate).then(
      () => true,
      () => false,
    );
    if (found) return path.relative(process.cwd(), candidate);
    if (path.dirname(folder) === folder) return companion;
  }
}
