import type { RecordedFact, VoteFact } from './facts.ts';
import { binding, fingerprint } from './fingerprint.ts';
import type { ActionForm } from './form.ts';
import { maybeBefore, type RecordedVote, surelyBefore } from './source.ts';

/** The votes of a pull request after deny and revoke have done their work. */
export interface StandingVotes {
  /** Approvals that no deny or revoke has killed. Expiry, scope and people are the requirement's matter. */
  readonly approvals: readonly RecordedVote[];
  readonly denials: readonly RecordedVote[];
  /** Approvals that a revoke killed and nothing else did: what makes an action `revoked`. */
  readonly revoked: readonly RecordedVote[];
}

/** Votes in the order of the ledger, each source once per action. */
export function votesOf(facts: readonly RecordedFact[]): readonly RecordedVote[] {
  const seen = new Set<string>();
  return facts
    .filter((fact) => fact.type === 'vote')
    .sort((a, b) => a.sequence - b.sequence)
    .filter((vote) => {
      const key = JSON.stringify([vote.source, vote.fingerprint]);
      return !seen.has(key) && seen.add(key);
    });
}

/** Does this vote speak of this action: by its fingerprint, or because it binds values that this one fits? */
export function covers(form: ActionForm, vote: Pick<RecordedVote, 'varying' | 'binds'>): boolean {
  return binding(form, vote.varying) === vote.binds;
}

/**
 * `forms` are all actions known, by fingerprint. A deny kills every earlier approval that would cover the
 * denied action, and while it stands every later one too, for otherwise a fresh UUID would step around it. A
 * revoke kills all earlier approvals of the action, also other people's: an older one must not come back.
 */
export function standingVotes(
  votes: readonly RecordedVote[],
  forms: ReadonlyMap<string, ActionForm>,
): StandingVotes {
  const denies = votes.filter((vote) => vote.vote === 'deny');
  const revokes = votes.filter((vote) => vote.vote === 'revoke');
  const denials = denies.filter((deny) => !revokes.some((revoke) => lifts(revoke, deny, forms)));
  const liftedBefore = (approval: RecordedVote, deny: RecordedVote) =>
    revokes.some((revoke) => lifts(revoke, deny, forms) && surelyBefore(revoke, approval));
  // given before a denial it is dead for good, and given while one stood it never was an approval
  const undenied = votes.filter(
    (vote) =>
      vote.vote === 'approve' &&
      !denies.some(
        (deny) => meets(vote, deny, forms) && (maybeBefore(vote, deny) || !liftedBefore(vote, deny)),
      ),
  );
  const killed = (approval: RecordedVote) =>
    revokes.some(
      (revoke) =>
        ofPerson(revoke, approval) && maybeBefore(approval, revoke) && meets(approval, revoke, forms),
    );
  return {
    approvals: undenied.filter((approval) => !killed(approval)),
    denials,
    revoked: undenied.filter(killed),
  };
}

/**
 * The deny or revoke of the same action that this approval, which is not in the ledger yet, may have been written
 * before: it will never count. Null where there is none.
 */
export function overtaken(votes: readonly RecordedVote[], approval: VoteFact): RecordedVote | null {
  const last = { ...approval, sequence: Number.POSITIVE_INFINITY };
  const found = votes.findLast(
    (vote) =>
      vote.vote !== 'approve' &&
      ofPerson(vote, last) &&
      meets(last, vote, new Map()) &&
      maybeBefore(last, vote),
  );
  return found ?? null;
}

/** The denial that stands for this action, the latest first. */
export function denialOf(form: ActionForm, denials: readonly RecordedVote[]): RecordedVote | null {
  const print = fingerprint(form);
  return denials.findLast((deny) => deny.fingerprint === print || covers(form, deny)) ?? null;
}

/** A dismissed review speaks for its author alone. */
function ofPerson(revoke: RecordedVote, approval: RecordedVote): boolean {
  return revoke.dismissed !== true || revoke.byId === approval.byId;
}

/** A denial ends by its own author's revoke, or by that of someone who may approve the action. */
function lifts(revoke: RecordedVote, deny: RecordedVote, forms: ReadonlyMap<string, ActionForm>): boolean {
  if (revoke.dismissed === true || !surelyBefore(deny, revoke)) return false;
  if (revoke.byId !== deny.byId && revoke.satisfies.length === 0) return false;
  const form = forms.get(revoke.fingerprint);
  return revoke.fingerprint === deny.fingerprint || (form !== undefined && covers(form, deny));
}

/** Do both speak of one action: does either cover the one that the other was given for? */
function meets(approval: RecordedVote, other: RecordedVote, forms: ReadonlyMap<string, ActionForm>): boolean {
  if (approval.fingerprint === other.fingerprint || approval.binds === other.binds) return true;
  const [mine, theirs] = [forms.get(approval.fingerprint), forms.get(other.fingerprint)];
  return (theirs !== undefined && covers(theirs, approval)) || (mine !== undefined && covers(mine, other));
}

/** Who voted, for people: a broken glass shows wherever the name does, with its reason. */
export function voterName(vote: RecordedVote): string {
  return vote.breakGlass === true ? `${vote.by} alone, by breaking the glass (${vote.reason})` : vote.by;
}
