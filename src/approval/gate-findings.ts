import { actionId } from './fingerprint.ts';
import type { GateInput } from './gate.ts';
import { jobLabel } from './job-label.ts';
import { outstanding, rerunsDue } from './retrigger.ts';
import type { HoldState, JobState, PullState, RunState } from './state.ts';

/** What `gateState` weighs: sentences by what they mean for the gate. */
export interface GateFindings {
  readonly pending: readonly string[];
  readonly pendingTitle: string;
  readonly wrong: readonly string[];
  readonly wrongTitle: string;
  readonly undecided: readonly string[];
  readonly unstarted: readonly string[];
  readonly notes: readonly string[];
  /** Some workflow has run and reported. */
  readonly reported: boolean;
  readonly success: string;
  /** End of the time in which workflows may still start; null when that is over or does not matter. */
  readonly waitsUntil: number | null;
}

const defaultGraceMs = 5 * 60_000;

export function gateFindings(input: GateInput): GateFindings {
  const { state } = input;
  const workflows = relevantWorkflows(input);
  const started = workflows.flatMap((workflow) => newestRun(state, workflow) ?? []);
  const unstarted = workflows.filter((workflow) => newestRun(state, workflow) === null);
  const graceEnds = state.headSince + (input.graceMs ?? defaultGraceMs);
  const early = graceEnds > input.now && (unstarted.length > 0 || started.length === 0);
  const running = state.runs.filter((run) => workflows.includes(run.workflow) && !isOver(run));
  const again = approvedNotRun(state);
  const denied = state.holds.filter((hold) => hold.status === 'denied');
  const undone = state.holds.filter(isUndone);
  const ended = state.holds.filter((hold) => isEnded(state, hold));
  const incomplete = [...started.flatMap((run) => runProblem(state, run)), ...missing(input, started)];
  return {
    pending: [
      ...running.map(runningSentence),
      ...again.pending,
      ...(early ? [`Waits for ${unstarted.join(', ') || 'workflows'} to start.`] : []),
    ],
    pendingTitle:
      running.length === 0 && again.pending.length > 0 ? 'Approved; runs again' : 'Waits for runs',
    wrong: [
      ...state.problems,
      ...unseen(state),
      ...[...denied, ...undone, ...ended].map(sentenceOf),
      ...incomplete,
      ...again.wrong,
    ],
    wrongTitle: wrongTitle(denied, undone),
    undecided: state.holds.filter((hold) => isUndecided(hold) && !isUndone(hold)).map(sentenceOf),
    unstarted: unstarted.map((workflow) => `${workflow} was not started on this head.`),
    notes: notesOf(state, input.workflows),
    reported: started.length > 0,
    success: successTitle(state),
    waitsUntil: early ? graceEnds : null,
  };
}

export function isUndecided(hold: HoldState): boolean {
  return hold.status === 'held' || hold.status === 'expired' || hold.status === 'revoked';
}

/** Revoked after every job had run it: nothing waits, and what was done is done. */
function isUndone(hold: HoldState): boolean {
  return (
    hold.status === 'revoked' &&
    hold.seen.length > 0 &&
    hold.seen.every(({ outcome }) => outcome === 'granted')
  );
}

/** It waited for a decision when the pull request was closed. */
function isEnded({ open }: PullState, hold: HoldState): boolean {
  const current = hold.origin === 'gate' || hold.seen.length > 0;
  return !open && current && hold.status === 'superseded';
}

function unseen({ looked }: PullState): readonly string[] {
  return looked ? [] : ["Nobody looked at this head while it was the pull request's."];
}

function sentenceOf(hold: HoldState): string {
  return `${nameOf(hold)}: ${hold.sentence}`;
}

function wrongTitle(denied: readonly HoldState[], undone: readonly HoldState[]): string {
  if (denied.length > 0) return `Denied: ${denied.map(nameOf).join(', ')}`;
  return undone.length > 0 ? `Revoked after it ran: ${undone.map(nameOf).join(', ')}` : 'Not complete';
}

/** The published id, or what it will be. */
export function nameOf(hold: HoldState): string {
  return hold.id ?? actionId(hold.fingerprint);
}

function relevantWorkflows({ workflows, expected, state }: GateInput): readonly string[] {
  if (workflows.length > 0) return [...new Set(workflows)];
  const seen = state.jobs.flatMap((job) => job.workflow ?? []);
  return [...new Set([...expected.map((job) => job.workflow), ...seen])].sort();
}

/** A run that only skipped its jobs is none. */
function newestRun(state: PullState, workflow: string): RunState | null {
  const runs = state.runs.filter((run) => run.workflow === workflow && run.conclusion !== 'skipped');
  return runs.reduce<RunState | null>((a, b) => (a !== null && a.runId > b.runId ? a : b), null);
}

/** A run of a fork that nobody allowed yet is completed with `action_required`, and has not begun. */
function isOver(run: RunState): boolean {
  return run.status === 'completed' && run.conclusion !== 'action_required';
}

function runningSentence(run: RunState): string {
  if (run.conclusion === 'action_required' || run.status === 'waiting')
    return `${run.workflow} awaits approval to run.`;
  return `${run.workflow}, attempt ${run.attempt}, is ${run.status.replaceAll('_', ' ')}.`;
}

function runProblem(state: PullState, run: RunState): readonly string[] {
  if (!isOver(run)) return [];
  if (!['success', 'failure', 'neutral'].includes(run.conclusion ?? ''))
    return [`${run.workflow} ended as ${run.conclusion ?? 'unknown'} in attempt ${run.attempt}.`];
  if (!state.jobs.some((job) => job.workflow === run.workflow))
    return [`${run.workflow} completed and left no report.`];
  return [];
}

/** Reports that should be there and are not, or are not valid. */
function missing({ state, expected }: GateInput, started: readonly RunState[]): readonly string[] {
  const done = new Map(started.filter(isOver).map((run) => [run.workflow, run]));
  const lost = state.jobs.flatMap((job) => jobProblem(state, job, done.get(job.workflow ?? '')) ?? []);
  // whoever approved the changed workflow approved that its jobs are others
  const changed = state.holds.some((hold) => hold.origin === 'gate' && hold.status === 'approved');
  const gone = expected.filter(
    ({ workflow, job }) =>
      !changed &&
      done.has(workflow) &&
      !state.jobs.some((other) => other.workflow === workflow && other.job === job),
  );
  return [
    ...lost,
    ...gone.map(
      ({ workflow, job }) => `Job ${jobLabel(job)} of ${workflow} reports on the base branch, but not here.`,
    ),
  ];
}

function jobProblem(state: PullState, job: JobState, run: RunState | undefined): string | null {
  if (job.invalid !== null) return `The report of job ${jobLabel(job.job)} is not valid: ${job.invalid}`;
  if (run === undefined) return null;
  if (run.runId > job.runId)
    return `Job ${jobLabel(job.job)} left no report in the newest run of ${run.workflow}.`;
  const answered = state.reruns.some(
    (rerun) => rerun.runId === run.runId && rerun.outcome !== 'refused' && rerun.attempt >= job.attempt,
  );
  // what we asked to run again contains every job that did not pass
  const asked = answered && job.result !== 'passed';
  // and what a person ran again is another execution than the one that reported
  const seen = job.checkRunId !== null && run.executedAgain.includes(job.checkRunId);
  return run.attempt > job.attempt && (asked || seen)
    ? `Job ${jobLabel(job.job)} left no report in attempt ${run.attempt}.`
    : null;
}

/** Actions that are approved while their job's latest report still shows them held. */
function approvedNotRun(state: PullState): { pending: readonly string[]; wrong: readonly string[] } {
  const pending: string[] = [];
  const wrong: string[] = [];
  const due = rerunsDue(state);
  for (const run of state.runs) {
    const holds = outstanding(state, run.runId);
    const approved = holds.filter((hold) => hold.status === 'approved');
    if (approved.length === 0 || run.status !== 'completed' || holds.some(isUndecided)) continue;
    const names = approved.map(nameOf).join(', ');
    const rerun = state.reruns.find((other) => other.runId === run.runId && other.attempt === run.attempt);
    if (rerun?.outcome === 'refused')
      wrong.push(
        `${names}: approved, but GitHub refused to run it again: ${rerun.words ?? 'no reason given'}. GitHub re-runs a run for 30 days and 50 times; a push starts a new one.`,
      );
    else if (rerun !== undefined || due.some((one) => one.runId === run.runId))
      pending.push(`${names}: approved; ${run.workflow} runs again.`);
    else if (state.head !== state.currentHead) wrong.push(`${names}: approved, but never ran on this head.`);
    else wrong.push(`${names}: approved, but attempt ${run.attempt} did not run it. Ask for Re-run held.`);
  }
  return { pending, wrong };
}

function notesOf(state: PullState, workflows: readonly string[]): readonly string[] {
  const failed = state.jobs
    .filter((job) => job.invalid === null && job.result === 'failed')
    .map(
      (job) => `The suite of job ${jobLabel(job.job)} failed for reasons of its own; see that job's check.`,
    );
  const notices = state.jobs.flatMap((job) => job.notices.map((notice) => `${jobLabel(job.job)}: ${notice}`));
  const elsewhere = state.jobs.flatMap(({ job, workflow }) =>
    workflows.length === 0 || workflow === null || workflows.includes(workflow)
      ? []
      : `Job ${jobLabel(job)} reported from ${workflow}, which is not among the workflows of the policy: what it holds can be decided, but no report of it is waited for.`,
  );
  return [...new Set([...failed, ...elsewhere, ...notices])];
}

function successTitle(state: PullState): string {
  const approved = state.holds.filter((hold) => hold.status === 'approved').length;
  if (approved === 0) return 'No runtime action needed approval';
  return approved === 1 ? '1 runtime action approved' : `${approved} runtime actions approved`;
}
