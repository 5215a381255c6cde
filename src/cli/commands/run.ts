import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { decidedGrants, noDecisions } from '../../approval/decided.ts';
import { ExitCode, JitError, messageOf } from '../../errors.ts';
import type { Known } from '../../policy/action.ts';
import { formatProblem, loadPolicy, type Policy, type PolicyText } from '../../policy/parse.ts';
import type { Report } from '../../report/schema.ts';
import { endSummary } from '../../report/terminal.ts';
import { runSuite } from '../../suite/run.ts';
import { commandStep, type Suite, suiteFrom } from '../../suite/steps.ts';
import { terminalGrants } from '../../suite/terminal-grants.ts';
import { version } from '../../version.ts';
import { withExtended } from '../extended-policy.ts';
import { readWorkingPolicy } from '../policy-file.ts';
import { terminalProgress } from '../progress.ts';
import { openTerminal } from '../terminal.ts';

interface RunOptions {
  readonly policy?: string;
  readonly report?: string;
}

export function addRun(program: Command, exit: (code: number) => void): void {
  program
    .command('run')
    .description("run a command, or the policy's suite, behind the gates")
    .option('--policy <file>', 'policy file (default: .github/jit-approval.yml here or above)')
    .option('--report <file>', 'write the report (JSON) here')
    .argument('[command...]', "the command and its arguments, after --; without one the suite's steps run")
    .passThroughOptions()
    .addHelpText(
      'after',
      '\nExamples:\n  jit-approval run -- npm run test:integration\n  jit-approval run --report report.json\n\n' +
        "On a terminal a hold asks you. Exits 0 when all passed, else with the suite's\nown code; 75 held, 77 denied, 78 policy or configuration wrong, 64 wrong\narguments.",
    )
    .action(async (argv: string[], options: RunOptions) => exit(await run(argv, options)));
}

async function run(argv: readonly string[], options: RunOptions): Promise<number> {
  const cwd = process.cwd();
  const text = await readWorkingPolicy(options.policy, cwd);
  const texts = await withExtended(text, cwd);
  const loaded = loadPolicy(texts);
  if (!loaded.ok) {
    for (const problem of loaded.problems) process.stderr.write(`${formatProblem(problem)}\n`);
    return ExitCode.policy;
  }
  const suite = argv.length > 0 ? { steps: commandStep(argv), parallel: 1 } : suiteOf(loaded.policy, text);
  const terminal = openTerminal();
  const interrupted = new AbortController();
  const onSignal = () => interrupted.abort();
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal);
  // a terminal that was closed takes no more words; what was started must still be ended
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignored);
  let report: Report;
  try {
    report = await runSuite({
      policy: loaded.policy,
      policySources: texts.map(({ source }) => source),
      ...suite,
      cwd,
      root: cwd,
      environment: process.env,
      run: localRun(),
      author: null,
      headBranch: null,
      grants:
        terminal === null
          ? decidedGrants(async () => ({ decisions: noDecisions, problem: null }), Date.now)
          : terminalGrants(terminal),
      earlier: null,
      skipPassed: false,
      readFile: (file) => readBeside(cwd, file),
      secrets: [],
      notices: [],
      approveHint: () => howToGoOn,
      progress: terminalProgress(process.stderr),
      now: Date.now,
      signal: interrupted.signal,
      version,
    });
  } finally {
    terminal?.close();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal).off('SIGHUP', onSignal);
  }
  if (options.report !== undefined) await writeReport(path.resolve(cwd, options.report), report);
  process.stderr.write(endSummary(report, { color: process.stderr.hasColors?.() ?? false }));
  if (terminal === null && report.flagged.some(waits)) process.stderr.write(`\n${howToGoOn}\n`);
  return report.exitCode;
}

const howToGoOn = 'Run it on a terminal to be asked, or have it approved in a pull request.';

function waits({ outcome, unbindable }: Report['flagged'][number]): boolean {
  return outcome === 'held' && unbindable === null;
}

function ignored(): void {}

function suiteOf(policy: Policy, text: PolicyText): Suite {
  if (policy.suite !== null) return suiteFrom(policy.suite);
  throw new JitError(
    'NO_SUITE',
    `There is nothing to run: give a command after "--", or write suite.steps into ${text.source.file}.`,
  );
}

function localRun(): Report['run'] {
  return {
    repository: null,
    event: null,
    workflow: null,
    runId: null,
    attempt: 1,
    job: 'local',
    checkRunId: null,
    head: null,
    base: null,
    pullRequest: null,
  };
}

async function readBeside(cwd: string, file: string): Promise<Known<string>> {
  try {
    return { known: true, value: await readFile(path.resolve(cwd, file), 'utf8') };
  } catch (thrown) {
    return { known: false, why: `${file} could not be read: ${messageOf(thrown)}` };
  }
}

async function writeReport(file: string, report: Report): Promise<void> {
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`).catch((cause) => {
    throw new JitError('REPORT', `The report could not be written to ${file}: ${messageOf(cause)}`, {
      cause,
    });
  });
}
