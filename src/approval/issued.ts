import type { ReportedAction } from './facts.ts';
import { binding } from './fingerprint.ts';
import { circumstances, type Known, requirementsFor } from './hold-state.ts';
import { jobLabel } from './job-label.ts';
import { candidates, quorum } from './quorum.ts';
import type { HoldRequirement } from './requirement.ts';
import type { ReportFact } from './sightings.ts';
import type { RecordedVote } from './source.ts';
import { unspent } from './uses.ts';
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
  if (requirements === null) return null;
  const at = { known, report, action, grant: action.grant, requirements };
  if (!wasIssued(at, () => true)) {
    return `${name} ran in job ${jobLabel(report.job)} by a grant that was never issued.`;
  }
  const left = unspent(known.votes, requirements, earlierExecutions(known, report));
  if (wasIssued(at, (vote) => left.includes(vote))) return null;
  return `${name} ran in job ${jobLabel(report.job)} by an approval for one run that an earlier run had used up.`;
}

/** Reports that came before, but for those of the same attempt: all jobs of one attempt are one run. */
function earlierExecutions({ reports }: Known, { runId, attempt, sequence }: ReportFact): ReportFact[] {
  return reports.filter(
    (other) => other.sequence < sequence && !(other.runId === runId && other.attempt === attempt),
  );
}

interface Claim {
  readonly known: Known;
  readonly report: ReportFact;
  readonly action: ReportedAction;
  readonly grant: string;
  readonly requirements: readonly HoldRequirement[];
}

function wasIssued(claim: Claim, counts: (vote: RecordedVote) => boolean): boolean {
  const { known, report, action, grant, requirements } = claim;
  const { form } = action;
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
    const able = approvals.filter(counts);
    return sets.some((fields) => quorum(form, fields, able, requirements, then).met);
  });
}
