import type { ReportedAction } from './facts.ts';
import { binding } from './fingerprint.ts';
import { circumstances, type Known, requirementsFor } from './hold-state.ts';
import { jobLabel } from './job-label.ts';
import { type Counted, candidates, quorum } from './quorum.ts';
import type { HoldRequirement } from './requirement.ts';
import type { ReportFact } from './sightings.ts';
import type { RecordedVote } from './source.ts';
import { coveredUses, unspent } from './uses.ts';
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
  if (!wasIssued(at, () => true, coversAll(at))) {
    return `${name} ran ×${ranBy(at)} in job ${jobLabel(report.job)}, more often than any approval carried over to this head covers.`;
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

/** Executions in the report by this grant, over all values that it covers: what the runner counts it by. */
function ranBy({ report, grant }: Claim): number {
  const ran = report.actions.filter((action) => action.outcome === 'granted' && action.grant === grant);
  return ran.reduce((sum, { count }) => sum + count, 0);
}

function coversAll(claim: Claim): Covers {
  const { known, report, action } = claim;
  return (fields, counted) => {
    const uses = coveredUses(action.form, fields, counted, known.reports, report.head);
    return uses === null || ranBy(claim) <= uses;
  };
}

type Covers = (fields: readonly string[], counted: readonly Counted[]) => boolean;

function wasIssued(
  claim: Claim,
  counts: (vote: RecordedVote) => boolean,
  covers: Covers = () => true,
): boolean {
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
    return sets.some((fields) => {
      const { met, counted } = quorum(form, fields, able, requirements, then);
      return met && covers(fields, counted);
    });
  });
}
