import type { JobSighting } from '../approval/comment-facts.ts';
import type { ReportedAction } from '../approval/facts.ts';
import { fingerprint } from '../approval/fingerprint.ts';
import type { HoldRequest } from '../approval/grant.ts';
import type { Flagged, Report } from '../report/schema.ts';

/**
 * What an earlier attempt of this job showed on this head. Anybody may have written it, so each action counts
 * only under the fingerprint of the form that is in it.
 */
export function earlierSighting(report: Report, head: string): JobSighting | null {
  const { runId, attempt, job } = report.run;
  if (runId === null || report.run.head !== head) return null;
  const actions = report.flagged.filter(wasForPeople).map((flagged) => ({
    action: {
      ...heldAction(flagged),
      outcome: flagged.outcome === 'granted' ? ('granted' as const) : ('held' as const),
      unbindable: flagged.unbindable,
      count: flagged.count,
    },
    firstAt: Date.parse(flagged.firstAt),
  }));
  return { runId, attempt, job, ended: Date.parse(report.startedAt) + report.durationMs, actions };
}

/** What the policy denied is no one's to approve. */
function wasForPeople({ outcome, deniedBy }: Flagged): boolean {
  return outcome === 'granted' || outcome === 'held' || (outcome === 'denied' && deniedBy !== null);
}

/** What is held just now, once. */
export function heldAction({ form, reason }: Pick<HoldRequest, 'form' | 'reason'>): ReportedAction {
  return {
    fingerprint: fingerprint(form),
    form,
    outcome: 'held',
    grant: null,
    target: form.target,
    reason,
    unbindable: null,
    count: 1,
    steps: [],
    origin: null,
    ruleAt: null,
    unknown: [],
    checks: [],
  };
}
