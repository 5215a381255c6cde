import type { PolicySource, Report } from '../report/schema.ts';
import type { Step } from './steps.ts';

/** Why a step need not run again: the attempt in which it passed. */
export type Skips = ReadonlyMap<string, number>;

/**
 * Which steps a re-run may skip: those that passed in this job's previous execution, unless a step that runs
 * again needs them. What passed counts only for the same head, policy and command; a skip saves time and is
 * never evidence.
 */
export function resume(
  steps: readonly Step[],
  earlier: Report | null,
  now: { readonly head: string | null; readonly policy: readonly PolicySource[] },
): Skips {
  if (earlier === null || earlier.result === 'passed') return new Map();
  if (earlier.run.head !== now.head || blobs(earlier.policy) !== blobs(now.policy)) return new Map();
  const passed = new Map<string, number>();
  for (const result of earlier.steps) {
    const step = steps.find((entry) => entry.id === result.id);
    if (step === undefined || step.run !== result.command) continue;
    if (result.status === 'passed') passed.set(step.id, earlier.run.attempt);
    if (result.status === 'skipped' && result.passedInAttempt !== null) {
      passed.set(step.id, result.passedInAttempt);
    }
  }
  const needed = new Set<string>();
  for (const step of [...steps].reverse()) {
    if (!passed.has(step.id) || needed.has(step.id)) for (const need of step.needs) needed.add(need);
  }
  return new Map([...passed].filter(([id]) => !needed.has(id)));
}

function blobs(sources: readonly PolicySource[]): string {
  return sources.map((source) => `${source.from}:${source.file}:${source.blob}`).join(' ');
}
