import type { RecordedFact } from '../../approval/facts.ts';
import { binding } from '../../approval/fingerprint.ts';
import type { ActionForm } from '../../approval/form.ts';
import type { Decisions } from '../../approval/grant.ts';
import { tally } from '../../approval/tally.ts';
import type { LiveDecisions } from '../../report/live.ts';
import type { Desk } from '../desk.ts';
import { readGatePolicy } from '../read-policy.ts';
import type { LiveJob } from './job.ts';
import { hasReported } from './post.ts';

/** What a waiting job is told: decisions about what it has posted, or that it need not wait any longer. */
export type Told =
  | { readonly kind: 'decisions'; readonly decisions: LiveDecisions }
  | { readonly kind: 'end'; readonly why: string };

/** Of the facts given, under the policy as it is now. */
export async function toldTo(
  desk: Pick<Desk, 'appId' | 'now'>,
  { key, github, run }: LiveJob,
  job: string,
  facts: readonly RecordedFact[],
): Promise<Told> {
  const execution = { runId: run.id, attempt: run.attempt, job };
  if (hasReported(facts, execution) || isOver(facts, execution)) return end('this job has ended');
  const pull = await github.pullRequest(key.repository, key.number);
  if (pull.state === 'closed') return end('the pull request is closed');
  if (pull.head.sha !== run.headSha) return end('the pull request was pushed to');
  const policy = await readGatePolicy(github, pull);
  const usable = policy !== null && policy.app === desk.appId && policy.problem === null;
  if (!usable) return end('the policy of the base branch cannot be used');
  const state = tally(facts, policy.requirementsOf, desk.now(), { head: run.headSha });
  const forms = facts.flatMap((fact) =>
    fact.type === 'live' && fact.runId === run.id && fact.attempt === run.attempt && fact.job === job
      ? fact.actions.map(({ form }) => form)
      : [],
  );
  const decisions = state === null ? { grants: [], denied: [] } : about(state.decisions, forms);
  return { kind: 'decisions', decisions: { version: 1, ...decisions } };
}

/** Only what concerns these actions: nobody learns here what other jobs may do. */
function about({ grants, denied }: Decisions, forms: readonly ActionForm[]): Decisions {
  const prints = new Set(forms.map((form) => binding(form, [])));
  return {
    grants: grants.filter((grant) => forms.some((form) => binding(form, grant.varying) === grant.binds)),
    denied: denied.filter(({ fingerprint }) => prints.has(fingerprint)),
  };
}

function isOver(
  facts: readonly RecordedFact[],
  { runId, attempt }: { readonly runId: number; readonly attempt: number },
): boolean {
  return facts.some(
    (fact) =>
      fact.type === 'run' &&
      fact.runId === runId &&
      (fact.attempt > attempt || (fact.attempt === attempt && fact.status === 'completed')),
  );
}

function end(why: string): Told {
  return { kind: 'end', why };
}
