import type { Job } from './job.ts';

/** Aborted by `parent`, by the time limit, or by a cancelled job when the step's condition no longer holds. */
export function stepSignal(
  run: { readonly job: Job; readonly parent: AbortSignal; readonly minutes: number | null },
  stillWanted: () => boolean,
): { readonly signal: AbortSignal; readonly timedOut: () => boolean; readonly release: () => void } {
  const { job, parent, minutes } = run;
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  let late = false;
  const timeout = (): void => {
    late = true;
    abort();
  };
  const timer = minutes === null ? undefined : setTimeout(timeout, minutes * 60_000);
  const onJobCancelled = (): void => {
    job.status = 'cancelled';
    if (!stillWanted()) abort();
  };
  if (parent.aborted) abort();
  parent.addEventListener('abort', abort, { once: true });
  job.signal.addEventListener('abort', onJobCancelled, { once: true });
  return {
    signal: controller.signal,
    timedOut: () => late,
    release: () => {
      clearTimeout(timer);
      parent.removeEventListener('abort', abort);
      job.signal.removeEventListener('abort', onJobCancelled);
    },
  };
}
