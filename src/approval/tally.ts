import type { OwnerLine } from './codeowners.ts';
import type { RecordedFact, ReportedAction } from './facts.ts';
import type { ActionForm } from './form.ts';
import { standingGrants } from './grants.ts';
import { holdState, type Known } from './hold-state.ts';
import { issuedProblem } from './issued.ts';
import { liveClaims } from './live.ts';
import { type Pull, pullOf } from './pull.ts';
import type { RequirementsOf } from './requirement.ts';
import { publishedIds } from './resolve-ids.ts';
import { type ReportFact, reportsOf, sightings } from './sightings.ts';
import type { HoldState, PullState, RerunState } from './state.ts';
import { standingVotes, votesOf } from './votes.ts';

export interface TallyOptions {
  /** Another head than the current one: what its gate check must say. */
  readonly head?: string;
  /**
   * Actions that the pull request itself holds now (`workflowChange`); they never run. Older heads are judged
   * by what was noted while they were the head.
   */
  readonly gateHolds?: readonly ReportedAction[];
  /** Git blobs of the policy that judges now: a report made under another one is not valid any more. */
  readonly policy?: readonly string[];
  /** Another commit on which the decisions are to be used (a merge group's head): executions are counted there. */
  readonly runsOn?: string;
  /** Each CODEOWNERS that judges who owns the file that caused an action. */
  readonly codeowners?: readonly (readonly OwnerLine[])[];
}

/**
 * Facts → state: a pure fold. The same facts in another order of arrival with the same sequences, or told
 * twice, give the same state. Null while no pull fact is known. `now` in milliseconds since the epoch.
 */
export function tally(
  facts: readonly RecordedFact[],
  requirementsOf: RequirementsOf,
  now: number,
  options: TallyOptions = {},
): PullState | null {
  const pull = pullOf(facts, options.head);
  if (pull === null) return null;
  const noted = notedHolds(facts, pull.head);
  const isCurrent = pull.head === pull.currentHead;
  const gateHolds = (isCurrent ? options.gateHolds : undefined) ?? noted ?? [];
  const reports = reportsOf(facts).filter((report) => report.invalid === null);
  const live = liveClaims(facts, pull.head);
  const forms = formsOf([...live.actions, ...reports.flatMap((report) => report.actions), ...gateHolds]);
  const votes = votesOf(facts);
  const seen = sightings(facts, pull, options.policy);
  const known: Known = {
    pull,
    now,
    reports,
    current: seen.reports,
    live,
    votes,
    standing: standingVotes(votes, forms),
    ids: new Map([...publishedIds(facts)].map(([id, print]) => [print, id])),
    requirementsOf,
    codeowners: options.codeowners ?? [],
    runsOn: options.runsOn ?? pull.head,
  };
  const actions = latestActions(known, gateHolds);
  const holds = actions.map(({ action, origin }) => holdState(known, action, origin));
  const { decisions, nextChange } = standingGrants(
    known,
    holds.filter((hold) => hold.origin === 'report'),
  );
  return {
    ...stateOf(pull),
    salt: saltOf(facts),
    looked: isCurrent || noted !== null,
    holds,
    runs: seen.runs,
    jobs: seen.jobs,
    reruns: rerunsOf(facts),
    problems: [...seen.problems, ...unissued(known)],
    // a closed pull request lets nothing run any more; reopening it brings back what still stands. What a merge
    // brings to the base was approved: the push that merged it inherits what has not expired
    decisions: pull.open || pull.merged ? decisions : { ...decisions, grants: [] },
    nextChange: soonest([nextChange, ...holds.map((hold) => hold.expires)], now),
  };
}

/** The first one stays, also where two were written. */
function saltOf(facts: readonly RecordedFact[]): string {
  const salts = facts.filter((fact) => fact.type === 'salt').sort((a, b) => a.sequence - b.sequence);
  return salts[0]?.salt ?? '';
}

function stateOf(pull: Pull) {
  const { open, merged, draft, author, authorId, contributors, base } = pull;
  const { head, currentHead, headSince, heads, unseenPushes } = pull;
  return {
    ...{ open, merged, draft, author, authorId, contributors, base },
    ...{ head, currentHead, headSince, heads, unseenPushes },
  };
}

/** Null where nobody looked at the head while it was the pull request's. */
function notedHolds(facts: readonly RecordedFact[], head: string): readonly ReportedAction[] | null {
  const looks = facts.filter((fact) => fact.type === 'look' && fact.head === head);
  const last = looks.sort((a, b) => a.sequence - b.sequence).at(-1);
  return last?.type === 'look' ? last.holds : null;
}

function formsOf(actions: readonly ReportedAction[]): ReadonlyMap<string, ActionForm> {
  return new Map(actions.map((action) => [action.fingerprint, action.form]));
}

/** Each action once, as it was reported last, in the order of its first appearance. */
function latestActions(
  known: Known,
  gateHolds: readonly ReportedAction[],
): readonly { readonly action: ReportedAction; readonly origin: HoldState['origin'] }[] {
  const actions = new Map<string, { action: ReportedAction; origin: HoldState['origin'] }>();
  for (const action of gateHolds) actions.set(action.fingerprint, { action, origin: 'gate' });
  // what was held is what people must see, where one job held it and another ran it; what one denied, more so
  for (const action of [...actionsOf(known.reports), ...actionsOf(known.current).sort(byGravity)])
    if (actions.get(action.fingerprint)?.origin !== 'gate')
      actions.set(action.fingerprint, { action, origin: 'report' });
  // what a job only claims never stands in the place of what one reported
  for (const action of known.live.actions)
    if (!actions.has(action.fingerprint)) actions.set(action.fingerprint, { action, origin: 'report' });
  return [...actions.values()];
}

const gravity = { granted: 0, held: 1, denied: 2 } as const;

function byGravity(a: ReportedAction, b: ReportedAction): number {
  return gravity[a.outcome] - gravity[b.outcome];
}

function actionsOf(reports: readonly ReportFact[]): ReportedAction[] {
  return reports.flatMap((report) => report.actions);
}

function unissued(known: Known): readonly string[] {
  return known.current.flatMap((report) =>
    report.actions.flatMap((action) => issuedProblem(known, report, action) ?? []),
  );
}

/** One entry per run and attempt with its latest outcome, placed where it was first asked. */
function rerunsOf(facts: readonly RecordedFact[]): readonly RerunState[] {
  const reruns = new Map<string, RerunState>();
  for (const fact of [...facts].sort((a, b) => a.sequence - b.sequence)) {
    if (fact.type !== 'rerun') continue;
    const key = `${fact.runId}/${fact.attempt}`;
    const { runId, attempt, outcome, words } = fact;
    const sequence = reruns.get(key)?.sequence ?? fact.sequence;
    reruns.set(key, { runId, attempt, outcome, words, sequence });
  }
  return [...reruns.values()];
}

function soonest(times: readonly (number | null)[], now: number): number | null {
  const coming = times.filter((time) => time !== null && time > now) as number[];
  return coming.length === 0 ? null : Math.min(...coming);
}
