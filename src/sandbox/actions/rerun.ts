import { forbidden, Refusal } from '../domain/refusal.ts';
import type { Account } from '../model.ts';
import type { Attempt, Job, Run } from '../run-model.ts';
import type { World } from '../world.ts';
import { startAttempt } from './attempt.ts';

const thirtyDays = 30 * 24 * 60 * 60 * 1000;
/** Re-runs per workflow run, full and partial together (limit since April 2026). */
const mostReruns = 50;

/** The newest attempt, which must be over before anything runs again. */
export function latest(run: Run): Attempt {
  const attempt = run.attempts.at(-1);
  if (!attempt) throw new Refusal(404, 'Not Found');
  return attempt;
}

function refuse(world: World, run: Run, running: string): void {
  if (latest(run).status !== 'completed') throw forbidden(running);
  if (world.now().getTime() - run.createdAt.getTime() > thirtyDays) {
    throw forbidden('Unable to retry this workflow run because it was created over a month ago');
  }
  // GitHub's words for this one are not known; it is a 403 of a run that may not run again.
  if (run.attempts.length > mostReruns || run.problem !== null) {
    throw forbidden('This workflow run cannot be retried');
  }
}

export function rerunAll(world: World, run: Run, by: Account, debug: boolean): void {
  refuse(world, run, 'This workflow is already running');
  startAttempt(world, run, by, { plan: null, execute: null, debug });
}

export function rerunFailed(world: World, run: Run, by: Account, debug: boolean): void {
  refuse(world, run, 'This workflow is already running');
  const failed = latest(run).jobs.filter(
    (job) => job.conclusion === 'failure' || job.conclusion === 'cancelled',
  );
  if (failed.length === 0) throw forbidden('This workflow run cannot be retried');
  startAttempt(world, run, by, { plan: null, execute: withDependents(latest(run), failed), debug });
}

export function rerunJob(world: World, job: Job, by: Account, debug: boolean): void {
  refuse(world, job.run, 'The workflow run containing this job is already running');
  if (!latest(job.run).jobs.includes(job))
    throw forbidden('Only jobs from the current attempt can be re-run');
  startAttempt(world, job.run, by, {
    plan: null,
    execute: withDependents(latest(job.run), [job]),
    debug,
  });
}

/** The chosen jobs and all that need them, directly or not. */
function withDependents(attempt: Attempt, chosen: readonly Job[]): ReadonlySet<number> {
  const execute = new Set(chosen);
  for (const job of execute) {
    for (const other of attempt.jobs) if (other.plan.needs.includes(job.plan.key)) execute.add(other);
  }
  return new Set([...execute].map((job) => job.id));
}

export function cancel(run: Run): void {
  const attempt = latest(run);
  if (attempt.status === 'completed') {
    throw new Refusal(409, 'Cannot cancel a workflow run that is completed.');
  }
  attempt.abort.abort();
}
