import { wanted } from './authority.ts';
import type { OwnerLine } from './codeowners.ts';
import type { ReportedAction } from './facts.ts';
import { binding, varyingFields } from './fingerprint.ts';
import type { ActionForm } from './form.ts';
import { type LiveClaims, liveSentence } from './live.ts';
import { withOwners } from './owners.ts';
import type { Pull } from './pull.ts';
import {
  type Circumstances,
  candidates,
  mostOf,
  onceMet,
  type Quorum,
  quorum,
  requirementState,
} from './quorum.ts';
import type { HoldRequirement, RequirementsOf } from './requirement.ts';
import type { ReportFact } from './sightings.ts';
import type { RecordedVote } from './source.ts';
import type { HoldState, Sighting } from './state.ts';
import { coveredUses, executionsOf, unspent } from './uses.ts';
import { covers, denialOf, type StandingVotes, voterName } from './votes.ts';
import { whenText } from './when.ts';

/** What the fold has gathered before it looks at single actions. */
export interface Known {
  readonly pull: Pull;
  readonly now: number;
  /** All valid reports of the pull request, and the latest of each job on this head. */
  readonly reports: readonly ReportFact[];
  readonly current: readonly ReportFact[];
  /** What running jobs claim to wait for. */
  readonly live: LiveClaims;
  readonly votes: readonly RecordedVote[];
  readonly standing: StandingVotes;
  /** Published ids by fingerprint. */
  readonly ids: ReadonlyMap<string, string>;
  readonly requirementsOf: RequirementsOf;
  /** Commit on which the decisions are used. */
  readonly runsOn: string;
  /** Each CODEOWNERS that judges; empty where there is none, or no rule asks. */
  readonly codeowners: readonly (readonly OwnerLine[])[];
}

/** How the sentence of an action begins of which nothing else is to be said. */
export const waitsFor = 'Waits for ';

type Finding = Pick<HoldState, 'decision' | 'sentence' | 'blocked' | 'decidedAt' | 'expires'>;

export function holdState(known: Known, action: ReportedAction, origin: HoldState['origin']): HoldState {
  const seen = origin === 'gate' ? [] : seenOf(known, action.fingerprint);
  const live = known.live.waiting.get(action.fingerprint) ?? null;
  const file = action.origin?.file ?? null;
  const asked = requirementsFor(known, action.form);
  const requirements = asked?.map((each) => withOwners(each, known.codeowners, file)) ?? null;
  const ran = live === null && seen.length > 0 && seen.every((sighting) => sighting.outcome === 'granted');
  const votes = ran ? known.standing.approvals : approvalsLeft(known, requirements ?? []);
  const now = quorum(action.form, [], votes, requirements ?? [], circumstances(known));
  const denial = denialOf(action.form, known.standing.denials);
  const finding =
    denied(known, action, denial) ??
    blocked(action, requirements) ??
    approved(known, action, now, ran) ??
    undecided(known, action, requirements ?? [], now, ran);
  const current = origin === 'gate' || seen.length > 0 || live !== null;
  const ended = !known.pull.open && isOpen(finding.decision);
  const exact = (requirements ?? []).some((requirement) => requirement.offersVarying === false);
  return {
    ...finding,
    sentence: ended
      ? 'Waited for a decision when the pull request was closed.'
      : live === null || finding.decision === 'approved' || finding.decision === 'denied'
        ? finding.sentence
        : `${finding.sentence} ${liveSentence(live)}`,
    fingerprint: action.fingerprint,
    id: known.ids.get(action.fingerprint) ?? null,
    action,
    origin,
    status: current && !ended ? finding.decision : 'superseded',
    requirements: now.counted.map(requirementState),
    approvals: [...new Set(now.counted.flatMap(({ votes: counting }) => counting))],
    denial,
    setbacks: known.votes.filter((vote) => vote.vote !== 'approve' && vote.fingerprint === action.fingerprint)
      .length,
    seen,
    live,
    executions: executionsOf(action.form, [], known.current),
    varying: exact ? [] : varyingFields(action.form).map((field) => field.name),
  };
}

function isOpen(decision: Finding['decision']): boolean {
  return decision !== 'approved' && decision !== 'denied';
}

/** Null where a rule is gone or says something else now, or where nobody is asked at all: nothing counts. */
export function requirementsFor(known: Known, form: ActionForm): readonly HoldRequirement[] | null {
  const requirements = known.requirementsOf(form.rules) ?? [];
  const whole = form.rules.every((rule) =>
    requirements.some(({ ruleId, digest }) => ruleId === rule.id && digest === rule.digest),
  );
  return whole && requirements.length > 0 ? requirements : null;
}

export function approvalsLeft(
  known: Known,
  requirements: readonly HoldRequirement[],
): readonly RecordedVote[] {
  return unspent(known.standing.approvals, requirements, known.reports);
}

export function circumstances({ pull, now }: Known): Circumstances {
  const { head, author, authorId, contributors } = pull;
  return { head, now, author, authorId, contributors };
}

function seenOf(known: Known, fingerprint: string): readonly Sighting[] {
  return known.current.flatMap((report) =>
    report.actions
      .filter((action) => action.fingerprint === fingerprint)
      .map(({ outcome, count }) => {
        const { runId, attempt, job, artifactId, sequence } = report;
        return { runId, attempt, job, outcome, count, artifactId, sequence };
      }),
  );
}

function denied(known: Known, action: ReportedAction, denial: RecordedVote | null): Finding | null {
  if (denial !== null) {
    const why = denial.reason === null ? '' : `: ${denial.reason}`;
    const sentence = `Denied by ${names([denial])}${why}. Stands until ${denial.by} or an approver revokes it.`;
    return finding('denied', sentence, { decidedAt: denial.sequence });
  }
  // a run that was told of a person's denial reports `denied` too, also after that was revoked
  const byPerson = known.votes.some((vote) => vote.vote === 'deny' && denialOf(action.form, [vote]) !== null);
  if (action.outcome !== 'denied' || byPerson) return null;
  const sentence = 'The policy denies it.';
  return finding('denied', sentence, { blocked: 'the policy denies it; no approval changes that' });
}

function blocked(action: ReportedAction, requirements: readonly HoldRequirement[] | null): Finding | null {
  if (action.unbindable !== null) {
    const why = `it cannot be approved: ${action.unbindable}`;
    return finding('held', `Held; ${why}.`, { blocked: why });
  }
  if (requirements !== null) return null;
  const why = "a rule that flagged it has changed in the base's policy since; run the job again";
  return finding('held', `Held; ${why}.`, { blocked: why });
}

function approved(known: Known, action: ReportedAction, now: Quorum, ran: boolean): Finding | null {
  if (!now.met) return null;
  const by = `${people(now)}${carriedOver(known, action, now)}`;
  const found = finding('approved', `Approved by ${by}.`, {
    decidedAt: completedAt(now),
    expires: now.expires,
  });
  if (ran) return { ...found, sentence: `Approved by ${by}, and ran.` };
  return fits(known, action, now) ? found : finding('held', tooMany(known, action, now), {});
}

/** What an approval given on an earlier head covers on this one; empty on the head on which people voted. */
function carriedOver(known: Known, { form }: ReportedAction, { counted }: Quorum): string {
  const votes = counted.flatMap(({ votes: counting }) => counting);
  if (votes.some((vote) => vote.head === known.pull.head)) return '';
  const uses = coveredUses(form, [], counted, known.reports, known.pull.head);
  return `, carried over from an earlier push${uses === null ? '' : ` for ×${uses}`}`;
}

/** Does some approval cover as many executions as the head's latest run showed? */
function fits(known: Known, { form }: ReportedAction, exact: Quorum): boolean {
  return candidatesMet(known, form, exact).some(({ fields, counted }) => {
    const uses = coveredUses(form, fields, counted, known.reports, known.pull.head);
    return uses === null || executionsOf(form, fields, known.current) <= uses;
  });
}

/** The sets of open fields for which the quorum is met, with the votes that count for each. */
export function candidatesMet(known: Known, form: ActionForm, exact: Quorum) {
  const requirements = exact.counted.map(({ requirement }) => requirement);
  const votes = approvalsLeft(known, requirements);
  return candidates(form, votes)
    .map((fields) => ({ fields, ...quorum(form, fields, votes, requirements, circumstances(known)) }))
    .filter((candidate) => candidate.met);
}

function tooMany(known: Known, { form }: ReportedAction, exact: Quorum): string {
  const uses = coveredUses(form, [], exact.counted, known.reports, known.pull.head);
  const met = executionsOf(form, [], known.current);
  return `Approved by ${people(exact)} for ×${uses ?? 1}; this head shows ×${met}: approve again.`;
}

/** Not enough votes now: says which way it came to that. */
function undecided(
  known: Known,
  action: ReportedAction,
  requirements: readonly HoldRequirement[],
  now: Quorum,
  ran: boolean,
): Finding {
  const { form } = action;
  const at = circumstances(known);
  const once = ran ? onceMet(form, [], known.standing.approvals, requirements, at) : null;
  if (once !== null) {
    // it ran while the approval was good; that an hour later nobody may run it again undoes nothing
    const sentence = `Approved by ${people(once)}, and ran; the approval has expired since.`;
    return finding('approved', sentence, { decidedAt: completedAt(once) });
  }
  const ever = { ...at, now: Number.NEGATIVE_INFINITY };
  const left = quorum(form, [], approvalsLeft(known, requirements), requirements, ever);
  if (left.met) return finding('expired', `${lapsedWords(left, now)}: approve again.`, {});
  const timeless = quorum(form, [], known.standing.approvals, requirements, ever);
  if (timeless.met) return finding('held', 'The approval was for one run and is used up: approve again.', {});
  const revoked = known.standing.revoked.filter((vote) => binding(form, vote.varying) === vote.binds);
  if (revoked.length > 0) return finding('revoked', revokedWords(known, form, revoked, ran), {});
  const missing = now.counted.filter((counted) => !requirementState(counted).met);
  const asks = missing.map(
    ({ requirement, votes }) =>
      `${wanted(requirement)} (rule ${requirement.ruleId}, so far ${logins(votes) || 'nobody'})`,
  );
  return finding('held', `${waitsFor}${asks.join(', and for ')}.`, {});
}

/** Names those alone whose say is over: the others' still counts. */
function lapsedWords(left: Quorum, now: Quorum): string {
  const counting = new Set(now.counted.flatMap(({ votes }) => votes.map((vote) => vote.byId)));
  const lapsed = left.counted.flatMap(({ votes }) => votes).filter((vote) => !counting.has(vote.byId));
  const expired = left.expires === null ? 'has expired' : `expired on ${whenText(left.expires)}`;
  return `The approval by ${names(lapsed)} ${expired}`;
}

function revokedWords(
  known: Known,
  form: ActionForm,
  revoked: readonly RecordedVote[],
  ran: boolean,
): string {
  const revoke = known.votes.findLast((vote) => vote.vote === 'revoke' && covers(form, vote));
  const by = revoke === undefined ? '' : takenBackBy(revoke);
  if (!ran) return `Approved by ${names(revoked)}, then revoked${by}: it waits again.`;
  return `Approved by ${names(revoked)}, ran, and revoked${by}: what it did is done. Undo it by hand, or approve it again.`;
}

function takenBackBy(revoke: RecordedVote): string {
  return revoke.dismissed === true ? `: the review of ${revoke.by} was dismissed` : ` by ${names([revoke])}`;
}

function finding(
  decision: Finding['decision'],
  sentence: string,
  more: Partial<Omit<Finding, 'decision' | 'sentence'>>,
): Finding {
  return { decision, sentence, blocked: null, decidedAt: null, expires: null, ...more };
}

/** Place in the ledger of the vote that completed the quorum. */
function completedAt({ counted }: Quorum): number {
  const completing = counted.map((each) => -(mostOf(each, (vote) => -vote.sequence) ?? 0));
  return Math.max(0, ...completing);
}

function people({ counted }: Quorum): string {
  const said = counted
    .flatMap(({ votes }) => votes)
    .map((vote) => {
      // the name of whoever broke the glass says why already
      const reason = vote.reason === null || vote.breakGlass === true ? '' : ` (${vote.reason})`;
      return `${names([vote])}${reason}`;
    });
  return [...new Set(said)].join(' and ');
}

/** `alice on 2 Nov 2026, 09:07 UTC and bob on …`. */
function names(votes: readonly RecordedVote[]): string {
  return [...new Set(votes.map((vote) => `${voterName(vote)} on ${whenText(vote.at)}`))].join(' and ');
}

function logins(votes: readonly RecordedVote[]): string {
  return [...new Set(votes.map((vote) => vote.by))].join(', ');
}
