import { authorize, authorizeBreakGlass, type Person, satisfied } from './authority.ts';
import type { VoteFact } from './facts.ts';
import { binding } from './fingerprint.ts';
import { shownWhole } from './offered.ts';
import type { HoldState, PullState } from './state.ts';

/** Somebody decides about one action, by whatever path. */
export interface Ballot {
  readonly vote: VoteFact['vote'];
  readonly varying: readonly string[];
  readonly person: Person;
  readonly channel: VoteFact['channel'];
  /** See `source.ts`. */
  readonly source: string;
  readonly reason: string | null;
  /** The head that the person saw: of the check run clicked, of the commit reviewed; null for a comment. */
  readonly shownHead: string | null;
  /** The head when it arrived, where what carried it names none and the ledger must say; absent: the present one. */
  readonly arrivedOn?: string;
  /** True where only what GitHub showed counts: a button, or `all`. */
  readonly needsWhole: boolean;
  /** `/approve!`: alone and at once, where the policy lets this person. */
  readonly breakGlass?: boolean;
  /** When it was written, by GitHub's clock; absent where GitHub tells no time. */
  readonly written?: string | undefined;
  /** ISO 8601 instant. */
  readonly at: string;
}

export type Cast =
  | { readonly kind: 'vote'; readonly fact: VoteFact }
  | { readonly kind: 'refused'; readonly why: string };

/**
 * The one way from a decision to a vote, for comments, reviews, buttons, pages and the command line. `state`
 * must be of the current head and built from facts read just now.
 */
export function castVote(state: PullState, hold: HoldState, ballot: Ballot): Cast {
  const name = hold.id ?? hold.fingerprint.slice(0, 12);
  const satisfies = rulesSatisfied(state, hold, ballot);
  const binds = binding(hold.action.form, ballot.varying);
  const why =
    headProblem(state, ballot) ??
    (ballot.vote === 'approve' ? approveProblem(state, hold, ballot) : null) ??
    (ballot.vote === 'revoke' ? revokeProblem(hold) : null) ??
    personProblem(state, hold, ballot, satisfies);
  if (why !== null) return { kind: 'refused', why: `${name}: ${why}.` };
  if (binds === null) return { kind: 'refused', why: `${name}: it cannot be bound that way.` };
  const { vote, varying, person, channel, source, reason, at } = ballot;
  const fact: VoteFact = {
    type: 'vote',
    at,
    vote,
    fingerprint: hold.fingerprint,
    binds,
    varying: [...varying],
    by: person.login,
    byId: person.id,
    head: ballot.arrivedOn ?? state.head,
    reason,
    channel,
    source,
    satisfies: [...satisfies],
    ...(ballot.breakGlass === true && { breakGlass: true }),
    ...(ballot.written !== undefined && { written: ballot.written }),
  };
  return { kind: 'vote', fact };
}

/** Breaking the glass stands for every requirement, so each must let this person do it; else it is nothing. */
function rulesSatisfied(
  state: PullState,
  hold: HoldState,
  { person, breakGlass }: Ballot,
): readonly string[] {
  const requirements = hold.requirements.map(({ requirement }) => requirement);
  if (breakGlass !== true) return satisfied(person, requirements, state);
  const may = requirements.every(
    (requirement) => authorizeBreakGlass({ person, requirement, pull: state }).allowed,
  );
  return may ? requirements.map(({ ruleId }) => ruleId) : [];
}

function headProblem(state: PullState, { shownHead, vote }: Ballot): string | null {
  // what a merge brought to the base inherits its approvals: they can be taken back for as long as they count
  const stands = state.open || (state.merged && vote !== 'approve');
  if (!stands) return 'the pull request is closed';
  if (state.head !== state.currentHead) return 'the pull request was pushed to meanwhile';
  if (shownHead === null || shownHead === state.head) return null;
  return `what you saw was ${shownHead.slice(0, 7)}, and the head is ${state.head.slice(0, 7)} now; look again`;
}

function approveProblem(state: PullState, hold: HoldState, ballot: Ballot): string | null {
  if (hold.status === 'superseded')
    return `it is not reported on the head ${state.head.slice(0, 7)}; wait for its run, or approve what that reports`;
  if (hold.denial !== null)
    return `denied by ${hold.denial.by}; first ${hold.denial.by} or an approver takes that back with \`/revoke ${hold.id ?? 'ID'}\``;
  if (hold.blocked !== null) return hold.blocked;
  if (ballot.breakGlass === true && ballot.reason === null) return 'breaking the glass needs a reason';
  if (ballot.needsWhole && !shownWhole(hold.action.form))
    return 'it is too long to be shown whole; read it in the report and approve it by its id in a comment';
  const { arrivedOn = state.head } = ballot;
  if (arrivedOn !== state.head && hold.requirements.some(({ requirement }) => requirement.scope === 'commit'))
    return `it was written while ${arrivedOn.slice(0, 7)} was the head, and an approval counts on one commit alone; look at ${state.head.slice(0, 7)} and approve again`;
  const odd = ballot.varying.find((field) => !hold.varying.includes(field));
  if (odd === undefined) return null;
  const open = hold.varying.length === 0 ? 'no value of it can' : `these can: ${hold.varying.join(', ')}`;
  return `${JSON.stringify(odd.slice(0, 40))} cannot vary; ${open}`;
}

function revokeProblem(hold: HoldState): string | null {
  const standing = hold.denial !== null || hold.approvals.length > 0;
  return standing ? null : 'there is no approval and no denial to revoke';
}

function personProblem(
  state: PullState,
  hold: HoldState,
  { vote, person, breakGlass }: Ballot,
  satisfies: readonly string[],
): string | null {
  if (satisfies.length > 0) return null;
  const own = [...hold.approvals, ...(hold.denial === null ? [] : [hold.denial])];
  // taking back what one said oneself needs no right but being that person
  if (vote === 'revoke' && person.type === 'User' && own.some((fact) => fact.byId === person.id)) return null;
  const ask = breakGlass === true ? authorizeBreakGlass : authorize;
  const refusals = hold.requirements
    .map(({ requirement }) => ask({ person, requirement, pull: state }))
    .flatMap(({ allowed, sentence }) => (allowed ? [] : [sentence]));
  return refusals.length > 0
    ? [...new Set(refusals)].join('; ')
    : 'nobody can decide it under the present policy';
}
