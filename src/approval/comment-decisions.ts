import { type Ballot, castVote } from './cast-vote.ts';
import { type Command, parseCommand } from './command.ts';
import {
  type CommentQuestion,
  type DecidingComment,
  factsInOrder,
  factsShown,
  knownActions,
  longIdLength,
} from './comment-facts.ts';
import type { Fact } from './facts.ts';
import { actionId } from './fingerprint.ts';
import type { Decisions } from './grant.ts';
import { knowableRequirement } from './knowable.ts';
import type { RequirementsOf } from './requirement.ts';
import { commentSource } from './source.ts';
import { tally } from './tally.ts';

/**
 * Decisions without the App: comments of the pull request that the runner itself has read and verified. They go
 * through the same fold as the App's facts; what a ledger would know and comments do not is never assumed.
 */
export interface CommentDecisions {
  readonly decisions: Decisions;
  /** Commands that do not count, and why; `fingerprint` null where it is about all of them. */
  readonly refused: readonly { readonly fingerprint: string | null; readonly why: string }[];
}

type Deciding = Exclude<Command, { verb: 'approve-all' | 'explain' | 'jit' }>;

export function commentDecisions(question: CommentQuestion): CommentDecisions {
  const requirementsOf: RequirementsOf = (rules) =>
    question.requirementsOf(rules)?.map(knowableRequirement) ?? null;
  const prints = knownActions(question).map(({ fingerprint }) => fingerprint);
  const votes: Fact[] = [];
  const refused: CommentDecisions['refused'][number][] = [];
  for (const comment of [...question.comments].sort((a, b) => a.id - b.id)) {
    const refuse = (fingerprint: string | null, why: string) =>
      refused.push({ fingerprint, why: `The comment of ${comment.person.login} does not count: ${why}` });
    const spoken = spokenBy(comment, prints);
    if (spoken.problem !== null) for (const print of spoken.prints) refuse(print, `${spoken.problem}.`);
    if (spoken.ballot === null) continue;
    const at = Date.parse(comment.at);
    for (const print of spoken.prints) {
      const state = tally(factsShown(question, votes), requirementsOf, at);
      const hold = state?.holds.find(({ fingerprint }) => fingerprint === print);
      if (!state || hold === undefined) continue;
      const cast = castVote(state, hold, spoken.ballot);
      if (cast.kind === 'refused') refuse(print, cast.why);
      else votes.push({ ...cast.fact, head: headOf(question, print, at) });
    }
  }
  const state = tally(factsInOrder(question, votes), requirementsOf, question.now);
  return { decisions: state?.decisions ?? { grants: [], denied: [] }, refused };
}

/** Whether a comment commands something that may be about one of these actions. */
export function mayDecide(body: string, fingerprints: readonly string[]): boolean {
  return commandOf(body, fingerprints) !== null;
}

/** What a comment says of the actions known here; a fingerprint of null stands for all of them. */
type Spoken =
  | { readonly prints: readonly string[]; readonly ballot: Ballot; readonly problem: null }
  | { readonly prints: readonly (string | null)[]; readonly ballot: null; readonly problem: string | null };

function spokenBy(comment: DecidingComment, known: readonly string[]): Spoken {
  const command = commandOf(comment.body, known);
  if (command === null) return { prints: [], ballot: null, problem: null };
  if (command.verb === 'approve-all') {
    const problem = 'without the App each action is approved by its own id, and `all` stands for nothing';
    return { prints: [null], ballot: null, problem };
  }
  const prints = namedBy(command.ids, known);
  const short = command.ids.find((id) => id.length < longIdLength);
  const long = `\`${short}\` is too short; without the App an id has ${longIdLength} characters`;
  const problem = comment.problem ?? (short === undefined ? null : long);
  if (problem !== null) return { prints, ballot: null, problem };
  return { prints, ballot: ballotOf(comment, command), problem: null };
}

function commandOf(
  body: string,
  fingerprints: readonly string[],
): Deciding | Extract<Command, { verb: 'approve-all' }> | null {
  const parsed = parseCommand(body);
  if (parsed.kind !== 'command') return null;
  const { command } = parsed;
  if (command.verb === 'jit' || command.verb === 'explain') return null;
  if (command.verb === 'approve-all') return command;
  // what is about other jobs' actions is for them
  return namedBy(command.ids, fingerprints).length > 0 ? command : null;
}

/** Those of the fingerprints whose id one of these begins. */
function namedBy(ids: readonly string[], fingerprints: readonly string[]): readonly string[] {
  return fingerprints.filter((print) => ids.some((id) => actionId(print, id.length) === id));
}

function ballotOf(comment: DecidingComment, command: Deciding): Ballot {
  const { verb } = command;
  return {
    vote: verb === 'break-glass' ? 'approve' : verb,
    varying: verb === 'approve' ? command.varying : [],
    person: comment.person,
    channel: 'comment',
    source: commentSource(comment.id),
    reason: verb === 'revoke' ? null : command.reason,
    shownHead: null,
    needsWhole: false,
    breakGlass: verb === 'break-glass',
    at: comment.at,
  };
}

const nowhere = '0'.repeat(40);

/** The head, where this run had met the action on it by then; else nobody knows on which one people voted. */
function headOf({ pull, sightings }: CommentQuestion, fingerprint: string, at: number): string {
  // GitHub dates comments to the second
  const shown = sightings.some(({ actions }) =>
    actions.some((seen) => seen.action.fingerprint === fingerprint && seen.firstAt < at + 1000),
  );
  return shown ? pull.head : nowhere;
}
