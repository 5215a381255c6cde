import type { StepResult } from '../report/schema.ts';
import type { Step } from './steps.ts';

/**
 * Runs every step once all that it needs has ended, at most one per lane at a time, in the order of the file where
 * several could. Results come back in that order, whatever ended first.
 */
export async function inLanes<Lane>(
  steps: readonly Step[],
  lanes: readonly Lane[],
  run: (step: Step, lane: Lane, before: readonly StepResult[]) => Promise<StepResult>,
): Promise<StepResult[]> {
  const waiting = [...steps];
  const free = [...lanes];
  const results = new Map<string, StepResult>();
  const running = new Set<Promise<void>>();
  while (waiting.length > 0 || running.size > 0) {
    const next = waiting.findIndex(({ needs }) => needs.every((need) => results.has(need)));
    const lane = next < 0 ? undefined : free.shift();
    const step = lane === undefined ? undefined : waiting.splice(next, 1)[0];
    if (lane !== undefined && step !== undefined) {
      const ended = run(step, lane, [...results.values()]).then((result) => {
        results.set(step.id, result);
        free.push(lane);
        running.delete(ended);
      });
      running.add(ended);
    } else {
      await Promise.race(running);
    }
  }
  return steps.flatMap(({ id }) => results.get(id) ?? []);
}
