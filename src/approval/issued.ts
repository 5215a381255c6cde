import type { ReportedAction } from './facts.ts';
import { binding } from './fingerprint.ts';
import { circumstances, type Known, requirementsFor } from './hold-state.ts';
import { jobLabel } from './job-label.ts';
import { candidates, quorum } from './quorum.ts';
import type { ReportFact } from './sightings.ts';
import { standingVotes } from './votes.ts';

/**
 * A report that says "it ran by a grant": did we ever issue that grant before the report came? If not, the
 * report is invented or the gate was. A grant that was revoked while the run was under way was issued.
 */
export function issuedProblem(known: Known, report: ReportFact, action: ReportedAction): string | null {
  if (action.outcome !== 'granted') return null;
  const name = known.ids.get(action.fingerprint) ?? action.fingerprint.slice(0, 12);
  if (action.grant === null)
    return `${name} ran in job ${jobLabel(report.job)} without naming the grant that let it.`;
  const requirements = requirementsFor(known, action.form);
  // without the rules of that time nothing can be said; the action is held for its changed rule anyway
  if (requirements === null || wasIssued(known, report, action, action.grant)) return null;
  return `${name} ran in job ${jobLabel(report.job)} by a grant that was never issued.`;
}

function wasIssued(known: Known, report: ReportFact, { form }: ReportedAction, grant: string): boolean {
  const requirements = requirementsFor(known, form) ?? [];
  const before = known.votes.filter((vote) => vote.sequence < report.sequence);
  const sets = candidates(form, before).filter((fields) => binding(form, fields) === grant);
  const forms = new Map(
    [form, ...known.reports.flatMap((other) => other.actions.map((a) => a.form))].map((each) => [
      binding(each, []) ?? '',
      each,
    ]),
  );
  return before.some((last, index) => {
    const { approvals } = standingVotes(before.slice(0, index + 1), forms);
    // who became a contributor later was none then
    const then = { ...circumstances(known), now: Date.parse(last.at), contributors: [], head: report.head };
    return sets.some((fields) => quorum(form, fields, approvals, requirements, then).met);
  });
}
