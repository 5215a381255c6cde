import { binding } from './fingerprint.ts';
import type { ActionForm } from './form.ts';
import { type Counted, mostOf } from './quorum.ts';
import type { HoldRequirement } from './requirement.ts';
import { executions, type ReportFact } from './sightings.ts';
import type { RecordedVote } from './source.ts';
import { covers } from './votes.ts';

/**
 * How many executions per job an approval covers on a head; null for any number. On the head on which people
 * voted re-runs are not counted. Elsewhere it is what that head's run showed, for that is what they saw: at
 * least as many as the quorum of each requirement saw. Where one run spends the approval it is that everywhere.
 */
export function coveredUses(
  form: ActionForm,
  varying: readonly string[],
  counted: readonly Counted[],
  reports: readonly ReportFact[],
  head: string,
): number | null {
  const shown = (vote: RecordedVote, { uses, repeat }: HoldRequirement) => {
    if (uses === 'once') return seen(vote, (report) => report.sequence < vote.sequence);
    if (repeat === 'any' || vote.head === head) return Number.POSITIVE_INFINITY;
    return seen(vote, () => true);
  };
  const seen = (vote: RecordedVote, counts: (report: ReportFact) => boolean) =>
    Math.max(1, executionsOf(form, varying, onHead(reports, vote.head).filter(counts)));
  const limits = counted.map((each) => mostOf(each, (vote) => shown(vote, each.requirement)) ?? 1);
  const least = Math.min(...limits);
  return Number.isFinite(least) ? least : null;
}

/** Executions, highest of the jobs, of every action that an approval of this form with `varying` covers. */
export function executionsOf(
  form: ActionForm,
  varying: readonly string[],
  reports: readonly ReportFact[],
): number {
  const binds = binding(form, varying);
  return executions(reports, (action) => binds !== null && binding(action.form, varying) === binds);
}

/** Approvals that no run has used yet, where a rule says that one run spends them. */
export function unspent(
  approvals: readonly RecordedVote[],
  requirements: readonly HoldRequirement[],
  reports: readonly ReportFact[],
): readonly RecordedVote[] {
  if (!requirements.some((requirement) => requirement.uses === 'once')) return approvals;
  const spends = (report: ReportFact, vote: RecordedVote) =>
    report.sequence > vote.sequence &&
    report.actions.some((action) => action.outcome === 'granted' && covers(action.form, vote));
  return approvals.filter((vote) => !reports.some((report) => spends(report, vote)));
}

function onHead(reports: readonly ReportFact[], head: string): readonly ReportFact[] {
  return reports.filter((report) => report.head === head);
}
