import { messageOf } from '../../errors.ts';
import type { ArtifactStore, JobObserver, JobRequest, JobResult } from '../contract.ts';
import { type ExpressionScope, holds, interpolate, resolveBoolean, resolveNumber } from './expression.ts';
import { removeFolders } from './folders.ts';
import type { Frame } from './frame.ts';
import { createIssues, type Issues } from './issues.ts';
import type { Job } from './job.ts';
import { createProgress, runPosts, runSteps } from './job-steps.ts';
import { jobScope, makeJob } from './make-job.ts';
import type { RunnerOptions } from './options.ts';
import { setUp } from './set-up.ts';

/** Minutes after which GitHub cancels a job that sets no `timeout-minutes`. */
const defaultMinutes = 360;

function outputsOf(job: Job, steps: Frame['steps'], issues: Issues): Readonly<Record<string, string>> {
  const scope: ExpressionScope = {
    ...jobScope(job),
    contexts: { ...job.contexts, steps, env: Object.fromEntries(job.environment) },
  };
  const outputs: Record<string, string> = {};
  for (const [name, definition] of Object.entries(job.definition.outputs ?? {})) {
    const value = interpolate(definition, scope);
    if (job.masker.covers(value)) issues.add('warning', `Skip output '${name}' since it may contain secret.`);
    else if (value !== '') outputs[name] = value;
  }
  return outputs;
}

async function work(job: Job, issues: Issues): Promise<JobResult> {
  const { observer, definition } = job;
  const progress = createProgress(observer, job.masker);
  let outputs: JobResult['outputs'] = {};
  if ((await progress('Set up job', () => setUp(job, issues))) === 'success') {
    const steps = await runSteps(job, progress);
    await runPosts(job, progress, steps);
    await progress('Complete job', async () => {
      outputs = outputsOf(job, steps, issues);
      await job.processes.endAll((sentence) => observer.log(sentence));
      return 'success';
    });
  } else job.status = 'failure';
  const tolerated =
    job.status === 'failure' && resolveBoolean(definition['continue-on-error'], jobScope(job));
  return { conclusion: job.status, outputs, ...(tolerated ? { tolerated } : {}) };
}

/** Why a job's signal is aborted when nobody cancelled it. */
class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/** Aborts when the caller cancels or the job's time is up. */
function jobSignal(cancel: AbortSignal) {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const abort = (): void => controller.abort();
  if (cancel.aborted) abort();
  cancel.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    limit: (minutes: number): void => {
      const sentence = `The job has exceeded the maximum execution time of ${minutes} minutes.`;
      timer = setTimeout(() => controller.abort(new OutOfTime(sentence)), minutes * 60_000);
    },
    release: (): void => {
      clearTimeout(timer);
      cancel.removeEventListener('abort', abort);
    },
  };
}

/** Runs one job to its end in folders of its own. Throws only on a workflow that cannot be read. */
export async function runJob(
  options: RunnerOptions,
  request: JobRequest,
  observer: JobObserver,
  artifacts: ArtifactStore,
  checkout: Job['checkout'],
  cancel: AbortSignal,
): Promise<JobResult> {
  const { signal, limit, release } = jobSignal(cancel);
  const job = makeJob(options, request, observer, artifacts, checkout, signal);
  const issues = createIssues(observer, job.masker, job.folders.workspace);
  try {
    if (!holds(job.definition.if, jobScope(job))) return { conclusion: 'skipped', outputs: {} };
    limit(resolveNumber(job.definition['timeout-minutes'], jobScope(job)) ?? defaultMinutes);
    return await work(job, issues);
  } catch (error) {
    issues.add('failure', `The job cannot be evaluated: ${messageOf(error)}`);
    return { conclusion: 'failure', outputs: {} };
  } finally {
    if (signal.reason instanceof OutOfTime) issues.add('failure', signal.reason.message);
    release();
    await job.processes.endAll(() => undefined);
    removeFolders(job.folders);
  }
}
