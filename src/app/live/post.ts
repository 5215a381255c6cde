import type { RecordedFact } from '../../approval/facts.ts';
import { maximumLive } from '../../approval/facts.ts';
import { type LivePost, type LivePosted, livePostSchema } from '../../report/live.ts';
import type { Desk } from '../desk.ts';
import { instant } from '../desk.ts';
import { actionProblem, reportedAction } from '../report-fact.ts';
import type { LiveJob } from './job.ts';
import { LiveRefusal } from './refusal.ts';

/** Posted actions of all jobs of one attempt of a run. */
const maximumPerAttempt = 200;
/** No job is believed to wait longer than this. */
const longestWaitMs = 3600_000;

/** The body of a posting, or a refusal in words. */
export function readPost(text: string): LivePost {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new LiveRefusal(400, 'Expected JSON.');
  }
  const parsed = livePostSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  throw new LiveRefusal(
    400,
    `The posting is not as expected at "${first?.path.join('.')}": ${first?.message}.`,
  );
}

/**
 * Writes down what a job says that it holds. Each fingerprint is recomputed from the posted form; what was
 * posted before, or cannot be decided, adds nothing. What is written is shown to people as this job's claim.
 */
export async function post(
  desk: Desk,
  { key, installation, run, pull, policy }: LiveJob,
  { job, until, holds }: LivePost,
): Promise<LivePosted> {
  const facts = await desk.ledger.facts(key);
  const mine = { runId: run.id, attempt: run.attempt, job };
  if (hasReported(facts, mine)) throw new LiveRefusal(409, `Job ${job} has left its report already.`);
  const truth = { base: pull.base.ref, rules: policy.rules, mode: policy.mode, repository: key.repository };
  const ofAttempt = postedBy(facts, { runId: run.id, attempt: run.attempt });
  const ofJob = postedBy(facts, mine);
  const posted = { accepted: [] as string[], refused: [] as LivePosted['refused'] };
  const fresh = holds.flatMap((flagged) => {
    const { fingerprint } = flagged;
    if (ofJob.has(fingerprint)) {
      posted.accepted.push(fingerprint);
      return [];
    }
    const why =
      flagged.outcome === 'held' ? actionProblem(truth, flagged) : 'only what is held can be waited for';
    const full = ofJob.size >= maximumLive || ofAttempt.size >= maximumPerAttempt;
    if (why !== null || full) {
      posted.refused.push({ fingerprint, why: why ?? 'this run waits for as many actions as it may' });
      return [];
    }
    ofJob.add(fingerprint);
    ofAttempt.add(`${job} ${fingerprint}`);
    posted.accepted.push(fingerprint);
    return reportedAction(flagged, truth);
  });
  if (fresh.length > 0) {
    const end = Math.min(Date.parse(until), desk.now() + longestWaitMs);
    const fact = {
      type: 'live' as const,
      at: instant(desk),
      ...mine,
      head: run.headSha,
      until: new Date(end).toISOString(),
      actions: fresh,
    };
    await desk.ledger.record(key, [fact], null, installation);
    desk.wake();
  }
  return posted;
}

interface Execution {
  readonly runId: number;
  readonly attempt: number;
  /** All jobs of the attempt where it is left out; their names then stand before the fingerprints. */
  readonly job?: string;
}

/** What was posted before. */
export function postedBy(facts: readonly RecordedFact[], execution: Execution): Set<string> {
  const { runId, attempt, job } = execution;
  const found = facts.flatMap((fact) => {
    if (fact.type !== 'live' || fact.runId !== runId || fact.attempt !== attempt) return [];
    if (job !== undefined && fact.job !== job) return [];
    return fact.actions.map(({ fingerprint }) =>
      job === undefined ? `${fact.job} ${fingerprint}` : fingerprint,
    );
  });
  return new Set(found);
}

export function hasReported(
  facts: readonly RecordedFact[],
  { runId, attempt, job }: Required<Execution>,
): boolean {
  return facts.some(
    (fact) => fact.type === 'report' && fact.runId === runId && fact.attempt >= attempt && fact.job === job,
  );
}
