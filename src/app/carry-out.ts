import type { Person } from '../approval/authority.ts';
import { readButton } from '../approval/buttons.ts';
import { type Ballot, castVote } from '../approval/cast-vote.ts';
import { type Command, commandHelp, parseCommand } from '../approval/command.ts';
import type { CommandFact, RecordedFact, VoteFact } from '../approval/facts.ts';
import { rerunSet, resolveSet, undecided } from '../approval/offered.ts';
import { resolveIds } from '../approval/resolve-ids.ts';
import type { HoldState, PullState } from '../approval/state.ts';
import type { IssueComment } from '../github/port.ts';
import { markdownWithCode } from '../report/escape.ts';
import type { Outcome } from './answer.ts';
import { bodyDigest } from './handlers/issue-comment.ts';
import { wholeOf } from './render.ts';

export interface Situation {
  readonly facts: readonly RecordedFact[];
  /** Of the current head, folded from those facts. */
  readonly state: PullState;
  readonly command: CommandFact;
  /** Who gave it, as GitHub says now. */
  readonly person: Person;
  /** The comment as it is now; null when it is gone or there was none. */
  readonly comment: IssueComment | null;
  /** ISO 8601 instant. */
  readonly at: string;
  /** Sentences for `/jit status`. */
  readonly status: readonly string[];
}

/** What a command comes to. Nothing has happened yet. */
export type Conclusion = Outcome & {
  readonly votes: readonly VoteFact[];
  /** Run again what was held, because this person asked. */
  readonly rerun: boolean;
};

/** One command, decided: all of it or nothing. */
export function conclude(situation: Situation): Conclusion {
  const { given } = situation.command;
  return given.via === 'button' ? pressed(situation, given) : commented(situation, given);
}

function commented(
  situation: Situation,
  given: Extract<CommandFact['given'], { via: 'comment' }>,
): Conclusion {
  const { comment, command } = situation;
  if (comment === null) return refused('the comment is gone, so it decides nothing.');
  if (bodyDigest(comment.body) !== given.bodyDigest) {
    return refused('the comment was edited, and edited comments never count; write a new one.');
  }
  if (comment.authorId !== command.byId || comment.authorType !== 'User' || comment.appId !== null) {
    return refused('only comments that a person wrote without an app count.');
  }
  const parsed = parseCommand(comment.body);
  if (parsed.kind === 'none') return refused('the first line is no command.');
  return parsed.kind === 'refused' ? refused(parsed.why) : typed(situation, parsed.command);
}

function typed(situation: Situation, command: Command): Conclusion {
  const ballot = { channel: 'comment', source: situation.command.source, shownHead: null } as const;
  switch (command.verb) {
    case 'approve':
      return byIds(situation, command.ids, { ...ballot, ...command, vote: 'approve', needsWhole: false });
    case 'deny':
      return byIds(situation, command.ids, { ...ballot, ...command, ...plainVote, vote: 'deny' });
    case 'revoke':
      return byIds(situation, command.ids, { ...ballot, ...plainVote, reason: null, vote: 'revoke' });
    case 'approve-all':
      return bySet(situation, command.set, { ...ballot, ...plainVote, reason: null, vote: 'approve' });
    case 'jit':
      if (command.what === 'rerun') return rerun(situation);
      return said(command.what === 'help' ? help() : situation.status.map((line) => markdownWithCode(line)));
  }
}

function pressed(situation: Situation, given: Extract<CommandFact['given'], { via: 'button' }>): Conclusion {
  const press = readButton(given.identifier);
  if (press === null) return refused(`the button "${given.identifier}" is none of ours.`);
  const ballot = {
    channel: 'button',
    // the click itself and not its delivery: a replay under another GUID is the same click
    source: `click:${given.digest}`,
    shownHead: given.head,
    varying: [],
    needsWhole: true,
    reason: null,
  } as const;
  switch (press.press) {
    case 'approve':
      return byIds(situation, [press.id], { ...ballot, vote: 'approve' });
    case 'deny':
      return byIds(situation, [press.id], { ...ballot, needsWhole: false, vote: 'deny' });
    case 'varying':
      return byIds(situation, [press.id], { ...ballot, varying: 'offered', vote: 'approve' });
    case 'approve-all':
      return bySet(situation, press.set, { ...ballot, vote: 'approve' });
    case 'rerun':
      if (press.set !== rerunSet(situation.state, wholeOf)) {
        return refused('what waits on this head has changed since that button was shown; look again.');
      }
      return rerun(situation);
  }
}

const plainVote = { varying: [], needsWhole: false } as const;

type Marks = Omit<Ballot, 'person' | 'at' | 'varying'> & { readonly varying: readonly string[] | 'offered' };

function byIds(situation: Situation, ids: readonly string[], marks: Marks): Conclusion {
  const { state, facts } = situation;
  const open = undecided(state).flatMap((hold) => hold.id ?? []);
  const resolved = resolveIds(facts, ids, open);
  if (resolved.kind === 'refused') return refused(`${resolved.why}.`);
  const known = resolved.actions.map(({ id, fingerprint }) => ({
    id,
    hold: state.holds.find((hold) => hold.fingerprint === fingerprint),
  }));
  const missing = known.find(({ hold }) => hold === undefined);
  if (missing !== undefined) return refused(`${missing.id} is no longer reported by this pull request.`);
  return cast(
    situation,
    known.flatMap(({ hold }) => hold ?? []),
    marks,
  );
}

function bySet(situation: Situation, set: string, marks: Marks): Conclusion {
  const resolved = resolveSet(situation.state, set, wholeOf);
  if (resolved.kind === 'refused') return refused(resolved.why);
  return cast(situation, resolved.holds, { ...marks, needsWhole: true });
}

function cast(situation: Situation, holds: readonly HoldState[], marks: Marks): Conclusion {
  const { state, person, at } = situation;
  const results = holds.map((hold) => {
    const varying = marks.varying === 'offered' ? hold.varying : marks.varying;
    return castVote(state, hold, { ...marks, varying, person, at });
  });
  const whys = results.flatMap((result) => (result.kind === 'refused' ? [result.why] : []));
  if (whys.length > 0) return refused([...new Set(whys)].join(' '));
  const votes = results.flatMap((result) => (result.kind === 'vote' ? [result.fact] : []));
  return { outcome: 'done', words: null, votes, rerun: false };
}

/** Whoever may push may run tests again; it decides nothing. */
const mayRerun = new Set(['write', 'maintain', 'admin']);

function rerun({ person, state }: Situation): Conclusion {
  if (
    person.type !== 'User' ||
    !(mayRerun.has(person.roleName ?? '') || mayRerun.has(person.baseRole ?? ''))
  ) {
    return refused(`running again asks for role write or higher; ${person.login} has less.`);
  }
  if (!state.open) return refused('the pull request is closed.');
  return { outcome: 'done', words: null, votes: [], rerun: true };
}

function help(): string[] {
  return ['The whole first line of a new comment is one of:', ...commandHelp.map((line) => `- \`${line}\``)];
}

function said(lines: readonly string[]): Conclusion {
  return { outcome: 'done', words: lines.join('\n'), votes: [], rerun: false };
}

function refused(why: string): Conclusion {
  return { outcome: 'refused', words: markdownWithCode(why), votes: [], rerun: false };
}
