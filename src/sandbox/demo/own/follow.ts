import { setTimeout } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { gateCheckName } from '../../../approval/check-names.ts';
import { readReportZip } from '../../../github/artifact-zip.ts';
import { terminalText } from '../../../report/escape.ts';
import type { Report } from '../../../report/schema.ts';
import type { Pull } from '../../model.ts';
import type { Attempt, CheckRun, Job, Run } from '../../run-model.ts';
import type { Sandbox } from '../../sandbox.ts';
import type { OwnProject } from './project.ts';

type Tell = (line: string) => void;

/** Between two looks at what the page shows too. Milliseconds. */
const pauseMs = 200;

/** Tells what happens on the pull request until `ended`: steps, attempts, what waits and how to go on, the gate. */
export async function follow(
  sandbox: Sandbox,
  project: OwnProject,
  pull: Pull,
  { tell, ended }: { readonly tell: Tell; readonly ended: AbortSignal },
): Promise<void> {
  const told = new Set<string>();
  const once = (key: string, say: () => void) => {
    if (told.has(key)) return;
    told.add(key);
    say();
  };
  while (!ended.aborted) {
    const runs = sandbox.read.runs(project.repository);
    if (runs.length === 0 && !sandbox.busy) {
      once('none', () =>
        tell('no workflow was started: one that uses the action needs "on: pull_request" for this base'),
      );
    }
    for (const run of runs) {
      for (const attempt of run.attempts) {
        tellSteps(run, attempt, once, tell);
        if (attempt.status !== 'completed') continue;
        once(`${run.id} ${attempt.number}`, () => tellEnd(sandbox, project, run, attempt, tell));
      }
    }
    const gate = gateOf(sandbox, project, pull);
    if (gate !== undefined) {
      const line = `${gate.name}: ${gate.title ?? gate.conclusion ?? gate.status}`;
      const green = gate.conclusion === 'success' ? ' (green; the page stays until Ctrl-C)' : '';
      once(`${gate.id} ${line}`, () => tell(`${line}${green}`));
    }
    await setTimeout(pauseMs, undefined, { signal: ended }).catch(() => undefined);
  }
}

function gateOf(
  { read }: Sandbox,
  { repository, policy, folder }: OwnProject,
  pull: Pull,
): CheckRun | undefined {
  return read
    .checks(repository, pull.head.sha)
    .find(({ name, suite }) => name === gateCheckName(folder.branch) && suite.app.id === policy.app);
}

function tellSteps(
  run: Run,
  attempt: Attempt,
  once: (key: string, say: () => void) => void,
  tell: Tell,
): void {
  if (run.problem !== null) once(`${run.id} problem`, () => tell(`${run.workflow.path}: ${run.problem}`));
  for (const job of attempt.jobs.filter(({ carried }) => !carried)) {
    for (const step of job.steps.values()) {
      const key = `${job.id} ${step.number}`;
      once(key, () => tell(`attempt ${attempt.number}, ${job.plan.name}: ${step.name}`));
    }
  }
}

function tellEnd(sandbox: Sandbox, project: OwnProject, run: Run, attempt: Attempt, tell: Tell): void {
  const reports = reportsOf(sandbox, run, attempt.number);
  const steps = reports.flatMap((report) => report.steps.map(({ id, status }) => `${id} ${status}`));
  const by = steps.length === 0 ? '' : ` (${steps.join(', ')})`;
  tell(`attempt ${attempt.number} of ${run.workflow.name} ended: ${attempt.conclusion}${by}`);
  for (const notice of new Set(reports.flatMap(({ notices }) => notices))) tell(`! ${terminalText(notice)}`);
  const held = reports.flatMap(({ flagged }) =>
    flagged.filter(({ outcome }) => outcome === 'held').map(({ id }) => id),
  );
  if (held.length > 0) tell(howToGoOn(sandbox, project, run, held));
  else if (attempt.conclusion !== 'success') {
    const failed = attempt.jobs.filter(({ conclusion }) => conclusion === 'failure');
    const logs = failed.flatMap((job) => [
      ...lastWords(job).map((line) => `  ${line}`),
      `  its whole log: ${runAddress(sandbox, project, run)}/job/${job.id}`,
    ]);
    tell(['nothing was held; what went wrong:', ...logs].join('\n'));
  } else if (attempt.number === 1) {
    const recording = project.policy.mode === 'record' ? ': the policy says "mode: record"' : '';
    tell(`nothing was held${recording}; the run's summary has all that was judged`);
  }
}

/** The end of the log of what failed first, without time stamps. */
function lastWords({ log }: Job): string[] {
  const words = log.map((line) => stripVTControlCharacters(line.replace(/^\S+Z /, '')));
  const failure = words.findIndex((line) => line.startsWith('##[error]'));
  // above that a step's log has its command and its whole environment
  const start = words.lastIndexOf('##[endgroup]', failure) + 1;
  return words
    .slice(Math.max(start, failure - 8), failure + 1)
    .map((line) => terminalText(line.replace(/^##\[\w+\]/, '')));
}

function runAddress({ url }: Sandbox, { repository }: OwnProject, run: Run): string {
  return `${url}/${repository}/actions/runs/${run.id}`;
}

/** What the jobs of an attempt left, as artifacts. */
function reportsOf({ world }: Sandbox, run: Run, attempt: number): Report[] {
  return [...world.artifacts.values()]
    .filter((entry) => entry.run === run && entry.attempt === attempt && entry.name.startsWith('jit-'))
    .flatMap(({ zip }) => {
      const read = readReportZip(zip);
      return read.ok ? [read.report] : [];
    });
}

function howToGoOn(sandbox: Sandbox, project: OwnProject, run: Run, held: readonly string[]): string {
  const rerun =
    project.policy.app === null
      ? `\nThe policy names no App: after that press "Re-run failed jobs" on\n  ${runAddress(sandbox, project, run)}`
      : '';
  return [
    `${held.length === 1 ? 'one runtime action waits' : `${held.length} runtime actions wait`} for a decision`,
    '',
    'On the page choose grace or katherine (maintainers) at the top and comment',
    ...held.map((id) => `  /approve ${id}`),
    `As alan, the author, you are refused. Ctrl-C ends the demo.${rerun}`,
    '',
  ].join('\n');
}
