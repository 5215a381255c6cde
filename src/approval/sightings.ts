import type { RecordedFact, ReportedAction } from './facts.ts';
import { jobLabel } from './job-label.ts';
import { type Pull, pullOf } from './pull.ts';
import type { JobState, RunState } from './state.ts';

export type ReportFact = Extract<RecordedFact, { type: 'report' }>;

/** What the latest executions on one head showed. */
export interface Sightings {
  readonly runs: readonly RunState[];
  readonly jobs: readonly JobState[];
  /** The newest valid report of each job: an invalid one takes nothing away. */
  readonly reports: readonly ReportFact[];
  readonly problems: readonly string[];
}

export function sightings(
  facts: readonly RecordedFact[],
  { head, base }: Pick<Pull, 'head' | 'base'>,
  policy?: readonly string[],
): Sightings {
  const runs = latestRuns(facts, head);
  const workflows = new Map(runs.map((run) => [run.runId, run.workflow]));
  const newest = new Map<string, ReportFact>();
  const valid = new Map<string, ReportFact>();
  const artifacts = new Map<string, number>();
  const problems = new Set<string>();
  for (const report of reportsOf(facts)) {
    if (report.head !== head) continue;
    const execution = JSON.stringify([report.runId, report.attempt, report.job]);
    const artifact = artifacts.get(execution) ?? report.artifactId;
    if (artifact !== report.artifactId)
      problems.add(`Job ${jobLabel(report.job)} left two different reports in attempt ${report.attempt}.`);
    artifacts.set(execution, artifact);
    const workflow = workflows.get(report.runId);
    const job = JSON.stringify([workflow ?? report.runId, report.job]);
    keepLater(newest, job, report);
    if (report.invalid === null) keepLater(valid, job, report);
  }
  const jobs = [...newest.values()].map((report) => ({
    workflow: workflows.get(report.runId) ?? null,
    job: report.job,
    runId: report.runId,
    attempt: report.attempt,
    checkRunId: report.checkRunId ?? null,
    invalid: report.invalid ?? stale(facts, report, base, policy),
    result: report.result,
    notices: report.notices,
    sequence: report.sequence,
  }));
  return { runs, jobs, reports: [...valid.values()], problems: [...problems] };
}

/** Nobody knows what the policy of now would have held, had it judged that run. */
function stale(
  facts: readonly RecordedFact[],
  report: ReportFact,
  base: string,
  policy: readonly string[] | undefined,
): string | null {
  if (policy === undefined) return null;
  const [then, now] = [new Set(report.policy), new Set(policy)];
  if (then.size === now.size && then.isSubsetOf(now)) return null;
  const before = pullOf(facts.filter(({ sequence }) => sequence < report.sequence))?.base ?? base;
  return `it was made under another policy than ${base} has now; ${before === base ? 'run the job again' : runAnew}`;
}

/** What helps where a run began with another base branch. */
export const runAnew =
  'push, or close and reopen the pull request: a run that is run again keeps the base that it began with';

/** Report facts in the order of the ledger. */
export function reportsOf(facts: readonly RecordedFact[]): readonly ReportFact[] {
  return facts.filter((fact) => fact.type === 'report').sort((a, b) => a.sequence - b.sequence);
}

/**
 * Executions in one job of all actions that `matches` accepts, highest of the given reports: what an approval
 * that leaves values open is measured by.
 */
export function executions(
  reports: readonly ReportFact[],
  matches: (action: ReportedAction) => boolean,
): number {
  const sums = reports.map((report) =>
    report.actions.filter(matches).reduce((sum, action) => sum + action.count, 0),
  );
  return Math.max(0, ...sums);
}

/** Run ids and attempts only grow, so they order executions; the ledger orders what is told of one. */
function keepLater(map: Map<string, ReportFact>, key: string, report: ReportFact): void {
  const other = map.get(key);
  const older =
    other === undefined ||
    other.runId < report.runId ||
    (other.runId === report.runId && other.attempt <= report.attempt);
  if (older) map.set(key, report);
}

/** The newest word on the newest attempt of each run. A completed attempt never runs again. */
function latestRuns(facts: readonly RecordedFact[], head: string): readonly RunState[] {
  const runs = new Map<number, RunState>();
  for (const fact of [...facts].sort((a, b) => a.sequence - b.sequence)) {
    if (fact.type !== 'run' || fact.head !== head) continue;
    const other = runs.get(fact.runId);
    if (other !== undefined && other.attempt > fact.attempt) continue;
    if (other?.attempt === fact.attempt && other.status === 'completed' && fact.status !== 'completed')
      continue;
    const { runId, attempt, workflow, status, conclusion, executedAgain = [], sequence } = fact;
    runs.set(runId, { runId, attempt, workflow, status, conclusion, executedAgain, sequence });
  }
  return [...runs.values()];
}
