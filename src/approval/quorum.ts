import { type Involved, isAuthor, isContributor } from './authority.ts';
import { binding } from './fingerprint.ts';
import type { ActionForm } from './form.ts';
import type { HoldRequirement } from './requirement.ts';
import type { RecordedVote } from './source.ts';
import type { RequirementState } from './state.ts';
import { covers } from './votes.ts';

/** What decides whether a vote counts, besides the vote. */
export interface Circumstances extends Involved {
  readonly head: string;
  /** Milliseconds since the epoch; `-Infinity` asks as if nothing ever expired. */
  readonly now: number;
}

/** The counting votes of one requirement, one per person: the one that lapses last. */
export interface Counted {
  readonly requirement: HoldRequirement;
  readonly votes: readonly RecordedVote[];
}

export interface Quorum {
  readonly met: boolean;
  readonly counted: readonly Counted[];
  /** When it stops being met by time alone; null when it does not, or is not met. */
  readonly expires: number | null;
}

/**
 * Have enough distinct people approved this action with at least the fields in `varying` left open? Every
 * requirement must be met; none at all is never met.
 */
export function quorum(
  form: ActionForm,
  varying: readonly string[],
  approvals: readonly RecordedVote[],
  requirements: readonly HoldRequirement[],
  circumstances: Circumstances,
): Quorum {
  const able = approvals.filter(
    (vote) => covers(form, vote) && varying.every((field) => vote.varying.includes(field)),
  );
  const counted = requirements.map((requirement) => ({
    requirement,
    votes: onePerPerson(
      able.filter((vote) => counts(vote, requirement, circumstances)),
      requirement,
    ),
  }));
  const met = counted.length > 0 && counted.every(enough);
  return { met, counted, expires: met ? earliest(counted.map(lapses)) : null };
}

/**
 * The quorum as it stood when it was last complete, whatever has expired since; null when its votes never
 * stood at one time. `circumstances.now` plays no part.
 */
export function onceMet(
  form: ActionForm,
  varying: readonly string[],
  approvals: readonly RecordedVote[],
  requirements: readonly HoldRequirement[],
  circumstances: Circumstances,
): Quorum | null {
  const moments = approvals.map((last, index) => {
    const then = { ...circumstances, now: Date.parse(last.at) };
    return quorum(form, varying, approvals.slice(0, index + 1), requirements, then);
  });
  return moments.findLast((moment) => moment.met) ?? null;
}

/** What an approval would bind: nothing left open, and each set of fields that some vote left open. */
export function candidates(form: ActionForm, approvals: readonly RecordedVote[]): readonly string[][] {
  const sets = new Map<string, string[]>([['[]', []]]);
  for (const vote of approvals) {
    const fields = [...new Set(vote.varying)].sort();
    if (covers(form, vote) && binding(form, fields) !== null) sets.set(JSON.stringify(fields), fields);
  }
  return [...sets.values()];
}

export function requirementState(counted: Counted): RequirementState {
  return {
    requirement: counted.requirement,
    by: counted.votes.map((vote) => vote.by),
    met: enough(counted),
  };
}

function counts(vote: RecordedVote, requirement: HoldRequirement, at: Circumstances): boolean {
  if (!vote.satisfies.includes(requirement.ruleId)) return false;
  if (requirement.scope === 'commit' && vote.head !== at.head) return false;
  if (requirement.offersVarying === false && vote.varying.length > 0) return false;
  // somebody may have become author or contributor after voting: pushing ends one's own say
  const rule = vote.breakGlass === true ? requirement.breakGlass : requirement;
  // the policy lets nobody break the glass any more
  if (rule === null || rule === undefined) return false;
  const who = { login: vote.by, id: vote.byId };
  if (!rule.author && isAuthor(at, who)) return false;
  if (!rule.contributors && isContributor(at, who)) return false;
  return lapse(vote, requirement) > at.now;
}

function onePerPerson(votes: readonly RecordedVote[], requirement: HoldRequirement): readonly RecordedVote[] {
  const people = new Map<number, RecordedVote>();
  for (const vote of votes) {
    const other = people.get(vote.byId);
    if (other !== undefined && weight(vote) < weight(other)) continue;
    const stronger = other === undefined || weight(vote) > weight(other);
    if (stronger || lapse(vote, requirement) >= lapse(other, requirement)) people.set(vote.byId, vote);
  }
  return [...people.values()];
}

/** Whoever broke the glass counts as everybody. */
function weight(vote: RecordedVote): number {
  return vote.breakGlass === true ? 1 : 0;
}

/** `>=`, and never satisfied by nobody, whatever the number says. */
function enough({ requirement, votes }: Counted): boolean {
  return votes.length >= Math.max(1, requirement.count) || votes.some((vote) => weight(vote) > 0);
}

/** What enough of the votes have at least in common; of several ways to be enough the one that gives most. */
export function mostOf(
  { requirement, votes }: Counted,
  measure: (vote: RecordedVote) => number,
): number | null {
  const falling = (some: readonly RecordedVote[]) => some.map(measure).sort((a, b) => b - a);
  const together = falling(votes)[Math.max(1, requirement.count) - 1];
  const alone = falling(votes.filter((vote) => weight(vote) > 0))[0];
  if (together === undefined) return alone ?? null;
  return alone === undefined ? together : Math.max(together, alone);
}

/** When a vote stops counting. A time that cannot be read has passed. */
function lapse(vote: RecordedVote, { expiresMs }: HoldRequirement): number {
  if (expiresMs === null) return Number.POSITIVE_INFINITY;
  const at = Date.parse(vote.at);
  return Number.isNaN(at) ? Number.NEGATIVE_INFINITY : at + expiresMs;
}

function lapses(counted: Counted): number {
  return mostOf(counted, (vote) => lapse(vote, counted.requirement)) ?? Number.NEGATIVE_INFINITY;
}

function earliest(times: readonly number[]): number | null {
  const first = Math.min(...times);
  return Number.isFinite(first) ? first : null;
}
