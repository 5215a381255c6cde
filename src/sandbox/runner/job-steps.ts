import type { Conclusion, JobObserver } from '../contract.ts';
import { type ExpressionScope, holds } from './expression.ts';
import type { Frame } from './frame.ts';
import { createIssues } from './issues.ts';
import { type Job, worse } from './job.ts';
import { jobScope } from './make-job.ts';
import type { Masker } from './masker.ts';
import { runStep } from './step.ts';
import { stepIds } from './step-ids.ts';
import { stepName } from './step-scope.ts';

/** Numbers the steps and tells the observer of each. */
export function createProgress(observer: JobObserver, masker: Masker) {
  let number = 0;
  return async (name: string, work: () => Promise<Conclusion>): Promise<Conclusion> => {
    const step = { number: ++number, name: masker.mask(name) };
    observer.step({ ...step, status: 'in_progress', conclusion: null });
    const conclusion = await work();
    observer.step({ ...step, status: 'completed', conclusion });
    return conclusion;
  };
}

export type Progress = ReturnType<typeof createProgress>;

/** Runs the steps of a job and returns their `steps` context. */
export async function runSteps(job: Job, progress: Progress): Promise<Frame['steps']> {
  const records: Frame['steps'] = {};
  const steps = job.definition.steps ?? [];
  const ids = stepIds(steps);
  const never = new AbortController().signal;
  for (const [i, step] of steps.entries()) {
    const id = ids[i] ?? '__run';
    const issues = createIssues(job.observer, job.masker, job.folders.workspace);
    const frame: Frame = {
      action: null,
      depth: 0,
      actionName: id,
      steps: records,
      status: () => job.status,
      issues,
    };
    const scope = {
      ...jobScope(job),
      contexts: { ...job.contexts, steps: records, env: Object.fromEntries(job.environment) },
    };
    const conclusion = await progress(nameOrRaw(step, scope), () => runStep(job, frame, step, id, never));
    if (conclusion === 'failure') job.status = worse(job.status, 'failure');
    if (job.signal.aborted) job.status = 'cancelled';
  }
  return records;
}

/** A name whose expression fails is shown as it is written. */
function nameOrRaw(step: Parameters<typeof stepName>[0], scope: ExpressionScope): string {
  try {
    return stepName(step, scope);
  } catch {
    return String(step.name);
  }
}

/** Runs the cleanups that actions registered, the last one first. */
export async function runPosts(job: Job, progress: Progress, steps: Frame['steps']): Promise<void> {
  const status = (): ExpressionScope['status'] => ({
    success: job.status === 'success',
    failure: job.status === 'failure',
    cancelled: job.status === 'cancelled',
  });
  for (const post of job.posts.toReversed()) {
    const scope = {
      contexts: { ...job.contexts, steps },
      status: status(),
      workspace: job.folders.workspace,
    };
    const conclusion = await progress(post.name, async () =>
      holds(post.condition, scope) ? post.run(new AbortController().signal) : 'skipped',
    );
    if (conclusion === 'failure') job.status = worse(job.status, 'failure');
  }
}
