import type { HoldState, PullState, RunState } from './state.ts';

/** A request to run again that is due: `attempt` is the one whose reports it answers. */
export interface DueRerun {
  readonly runId: number;
  readonly attempt: number;
  /**
   * True when a fact says that it was asked and none says how it went: a crash lies in between. Whoever asks
   * reads the run first in any case: another `run_attempt` than `attempt` means that it has happened.
   */
  readonly asked: boolean;
}

/** A job of a run as `filter=latest` lists it. */
export interface RunJob {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
}

export interface RerunScope {
  readonly scope: 'job' | 'failed' | 'run';
  readonly jobId: number | null;
}

/**
 * Runs to ask for now: completed on the current head, every hold decided, at least one of them approved and
 * not run yet. Once per decision: what was decided before our last request is not asked for again, so a
 * runner that cannot read its grants makes no endless loop. `forced`: a person asks, decisions aside.
 */
export function rerunsDue(state: PullState, forced = false): readonly DueRerun[] {
  if (!state.open || state.head !== state.currentHead) return [];
  return state.runs.flatMap((run): readonly DueRerun[] => {
    if (run.status !== 'completed') return [];
    const same = state.reruns.find((rerun) => rerun.runId === run.runId && rerun.attempt === run.attempt);
    if (same?.outcome === 'asked') return [{ runId: run.runId, attempt: run.attempt, asked: true }];
    if (same?.outcome === 'done' || (same !== undefined && !forced)) return [];
    if (!(forced ? hasUnfinished(state, run) : isDecided(state, run))) return [];
    return [{ runId: run.runId, attempt: run.attempt, asked: false }];
  });
}

/** Held actions of a run that have not run: what a re-run would be for. */
export function outstanding(state: PullState, runId: number): readonly HoldState[] {
  return state.holds.filter((hold) =>
    hold.seen.some((sighting) => sighting.runId === runId && sighting.outcome !== 'granted'),
  );
}

/**
 * What to ask for, cheapest first: the one job that failed, all failed jobs, or the whole run when a job was
 * cancelled (re-running failed jobs leaves those out) or none failed (`continue-on-error`).
 */
export function rerunScope(jobs: readonly RunJob[]): RerunScope {
  const failed = jobs.filter((job) => !['success', 'skipped', 'neutral'].includes(job.conclusion ?? ''));
  const [only] = failed;
  if (only === undefined || jobs.some((job) => job.conclusion === 'cancelled'))
    return { scope: 'run', jobId: null };
  return failed.length === 1 ? { scope: 'job', jobId: only.id } : { scope: 'failed', jobId: null };
}

function isDecided(state: PullState, run: RunState): boolean {
  const holds = outstanding(state, run.runId);
  // an attempt that left no report answered nothing, and another one would not either
  if (!state.jobs.some((job) => job.runId === run.runId && job.attempt === run.attempt)) return false;
  if (!holds.every((hold) => hold.decision === 'approved' || hold.decision === 'denied')) return false;
  const decided = holds.filter((hold) => hold.decision === 'approved').map((hold) => hold.decidedAt ?? 0);
  if (decided.length === 0) return false;
  const asked = state.reruns.filter((rerun) => rerun.runId === run.runId).map((rerun) => rerun.sequence);
  return asked.length === 0 || Math.max(...decided) > Math.max(...asked);
}

function hasUnfinished(state: PullState, run: RunState): boolean {
  return (
    outstanding(state, run.runId).length > 0 ||
    state.jobs.some((job) => job.runId === run.runId && (job.invalid !== null || job.attempt < run.attempt))
  );
}
