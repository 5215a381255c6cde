import type { RecordedFact, ReportedAction } from './facts.ts';
import { jobLabel } from './job-label.ts';
import type { LiveSighting } from './state.ts';

/**
 * What jobs that still run say that they hold and wait for. Claims of some process in such a job, no more: they
 * put an action before people, and end when the job's report or the end of its run says what really became of it.
 */
export interface LiveClaims {
  /** Every action that was ever posted, the latest last; also of jobs that are over. */
  readonly actions: readonly ReportedAction[];
  /** Those that wait now, on this head, by fingerprint. */
  readonly waiting: ReadonlyMap<string, LiveSighting>;
}

type LiveFact = Extract<RecordedFact, { type: 'live' }>;

export function liveClaims(facts: readonly RecordedFact[], head: string): LiveClaims {
  const posted = facts.filter((fact) => fact.type === 'live').sort((a, b) => a.sequence - b.sequence);
  const waiting = new Map<string, LiveSighting>();
  for (const fact of posted) {
    if (fact.head !== head || isOver(facts, fact)) continue;
    const { runId, attempt, job, until } = fact;
    for (const { fingerprint } of fact.actions) waiting.set(fingerprint, { runId, attempt, job, until });
  }
  return { actions: posted.flatMap((fact) => fact.actions), waiting };
}

/** The job has reported, validly or not, or its attempt has ended. */
function isOver(facts: readonly RecordedFact[], { runId, attempt, job }: LiveFact): boolean {
  return facts.some((fact) => {
    if (fact.type === 'report') return fact.runId === runId && fact.job === job && fact.attempt >= attempt;
    if (fact.type !== 'run' || fact.runId !== runId) return false;
    return fact.attempt > attempt || (fact.attempt === attempt && fact.status === 'completed');
  });
}

/** `Waiting live until 12:05 UTC in job test (claimed by the running job).` */
export function liveSentence({ job, until }: LiveSighting): string {
  return `Waiting live until ${until.slice(11, 16)} UTC in job ${jobLabel(job)} (claimed by the running job).`;
}
