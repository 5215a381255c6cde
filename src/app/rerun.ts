import type { Fact } from '../approval/facts.ts';
import { type DueRerun, type RerunScope, rerunScope, rerunsDue } from '../approval/retrigger.ts';
import type { PullState } from '../approval/state.ts';
import { GitHubError } from '../github/client.ts';
import type { AppGitHub } from '../github/port.ts';
import type { PullKey } from '../ledger/port.ts';

type RerunFact = Extract<Fact, { type: 'rerun' }>;

export interface RerunContext {
  readonly key: PullKey;
  readonly github: Pick<AppGitHub, 'workflowRun' | 'jobs' | 'rerunJob' | 'rerunFailedJobs' | 'rerunRun'>;
  record(fact: Fact): Promise<unknown>;
  readonly at: string;
}

/**
 * Asks GitHub to run again what is due. The fact `asked` is written before asking; after a crash in between,
 * the run's attempt tells whether it has happened, so that it happens once. Answers how each request went.
 */
export async function rerunDue(
  context: RerunContext,
  state: PullState,
  requestedBy: string | null,
): Promise<readonly RerunFact[]> {
  const done: RerunFact[] = [];
  for (const due of rerunsDue(state, requestedBy !== null)) {
    const fact = await rerunOne(context, state, due, requestedBy);
    if (fact !== null) done.push(fact);
  }
  return done;
}

async function rerunOne(
  context: RerunContext,
  state: PullState,
  due: DueRerun,
  requestedBy: string | null,
): Promise<RerunFact | null> {
  const { github, key, record, at } = context;
  const run = await github.workflowRun(key.repository, due.runId);
  const fact = (scope: RerunScope, outcome: RerunFact['outcome'], words: string | null): RerunFact => ({
    type: 'rerun',
    at,
    runId: due.runId,
    attempt: due.attempt,
    ...scope,
    outcome,
    words,
    requestedBy,
  });
  if (run.attempt !== due.attempt) {
    if (!due.asked) return null; // somebody else ran it again; its webhook tells the rest
    const happened = fact({ scope: 'run', jobId: null }, 'done', null);
    await record(happened);
    return happened;
  }
  if (run.status !== 'completed' || run.headSha !== state.currentHead) return null;
  const scope = rerunScope(await github.jobs(key.repository, due.runId));
  if (!due.asked) await record(fact(scope, 'asked', null));
  const words = await ask(context, due.runId, scope);
  const outcome = fact(scope, words === null ? 'done' : 'refused', words);
  await record(outcome);
  return outcome;
}

/** Null when GitHub took it, else its words. Throws when nobody can know, and when asking again may help. */
async function ask({ github, key }: RerunContext, runId: number, scope: RerunScope): Promise<string | null> {
  try {
    if (scope.jobId !== null) await github.rerunJob(key.repository, scope.jobId);
    else if (scope.scope === 'failed') await github.rerunFailedJobs(key.repository, runId);
    else await github.rerunRun(key.repository, runId);
    return null;
  } catch (thrown) {
    if (!(thrown instanceof GitHubError) || thrown.status < 400 || thrown.status >= 500) throw thrown;
    // by us before a crash, or by a person a moment ago: the next look at the run will tell
    if (thrown.isLimit || /already running/i.test(thrown.words)) throw thrown;
    return thrown.words;
  }
}
