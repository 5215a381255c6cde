import { authorize, type Person } from '../approval/authority.ts';
import { readButton } from '../approval/buttons.ts';
import { type Ballot, castVote } from '../approval/cast-vote.ts';
import { type Command, parseCommand } from '../approval/command.ts';
import type { CommandFact, RecordedFact, VoteFact } from '../approval/facts.ts';
import type { GateState } from '../approval/gate.ts';
import { rerunSet, resolveSet, undecided } from '../approval/offered.ts';
import { pullOf } from '../approval/pull.ts';
import { resolveIds } from '../approval/resolve-ids.ts';
import { votesSource } from '../approval/source.ts';
import type { HoldState, PullState } from '../approval/state.ts';
import { overtaken, votesOf } from '../approval/votes.ts';
import { markdownWithCode } from '../report/escape.ts';
import type { Outcome } from './answer.ts';
import { bodyDigest } from './handlers/written.ts';
import { wholeOf } from './render.ts';
import { explainText, helpText, statusText } from './tell.ts';

/** A comment or review as it is now. */
export interface Written {
  readonly body: string;
  readonly authorId: number;
  readonly authorType: string;
  /** The App through which it was written, if any. */
  readonly appId: number | null;
}

export interface Situation {
  readonly facts: readonly RecordedFact[];
  /** Of the current head, folded from those facts. */
  readonly state: PullState;
  readonly gate: GateState;
  readonly command: CommandFact;
  /** Who gave it, as GitHub says now. */
  readonly person: Person;
  /** Null when it is gone, or a button was pressed. */
  readonly written: Written | null;
  /** ISO 8601 instant. */
  readonly at: string;
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
  return given.via === 'button' ? pressed(situation, given) : typedIn(situation, given);
}

type Typed = Exclude<CommandFact['given'], { via: 'button' }>;

function typedIn(situation: Situation, given: Typed): Conclusion {
  const { written, command } = situation;
  const what = given.via;
  if (written === null) {
    const gone = what === 'review' ? 'gone or dismissed' : 'gone';
    return refused(`the ${what} is ${gone}, so it decides nothing.`);
  }
  if (bodyDigest(written.body) !== given.bodyDigest) {
    return refused(`the ${what} was edited, and edited ${what}s never count; write a new one.`);
  }
  if (written.authorId !== command.byId || written.authorType !== 'User' || written.appId !== null) {
    return refused(`only ${what}s that a person wrote without an app count.`);
  }
  const parsed = parseCommand(written.body);
  if (parsed.kind === 'none') return refused('the first line is no command.');
  if (parsed.kind === 'refused') return refused(parsed.why);
  return typed(situation, parsed.command, given);
}

function typed(situation: Situation, command: Command, given: Typed): Conclusion {
  const shownHead = given.via === 'review' ? given.head : null;
  const source = votesSource(situation.command);
  const ballot = { channel: given.via, source, shownHead, written: given.written } as const;
  const arrived = { ...ballot, ...(shownHead === null && { arrivedOn: headOnArrival(situation) }) } as const;
  const plain = { ...ballot, varying: [], needsWhole: false } as const;
  switch (command.verb) {
    case 'approve':
      return byIds(situation, command.ids, { ...arrived, ...command, vote: 'approve', needsWhole: false });
    case 'break-glass':
      return byIds(situation, command.ids, {
        ...arrived,
        ...plain,
        ...command,
        vote: 'approve',
        breakGlass: true,
      });
    case 'deny':
      return byIds(situation, command.ids, { ...plain, ...command, vote: 'deny' });
    case 'revoke':
      return byIds(situation, command.ids, { ...plain, reason: null, vote: 'revoke' });
    case 'approve-all':
      return bySet(situation, command.set, { ...plain, reason: null, vote: 'approve' });
    case 'explain':
      return explain(situation, command.ids);
    case 'jit':
      if (command.what === 'rerun') return rerun(situation);
      return said(command.what === 'help' ? helpText() : statusText(situation.state, situation.gate));
  }
}

/**
 * A comment names no commit. What its writer can have seen is no newer than the head that the ledger knew when it
 * came: whoever pushes while it waits must not have it stand for what the new head does, and how often.
 */
function headOnArrival({ facts, command, state }: Situation): string {
  const given = facts.find((fact) => fact.type === 'command' && fact.source === command.source);
  const before = facts.filter(({ sequence }) => given !== undefined && sequence < given.sequence);
  return pullOf(before)?.head ?? state.head;
}

/** Whether the click came first nobody can know, so the deny or revoke wins. */
function isStale(
  { state }: Situation,
  { id, setbacks }: { readonly id: string; readonly setbacks: number },
): Conclusion | null {
  const hold = state.holds.find((one) => one.id === id);
  if (hold === undefined || hold.setbacks === setbacks) return null;
  return refused(`${id} was denied or revoked since that button was shown; look again.`);
}

function pressed(situation: Situation, given: Extract<CommandFact['given'], { via: 'button' }>): Conclusion {
  const press = readButton(given.identifier);
  if (press === null) return refused(`the button "${given.identifier}" is none of ours.`);
  const ballot = {
    channel: 'button',
    source: votesSource(situation.command),
    shownHead: given.head,
    varying: [],
    needsWhole: true,
    reason: null,
  } as const;
  switch (press.press) {
    case 'approve':
      return isStale(situation, press) ?? byIds(situation, [press.id], { ...ballot, vote: 'approve' });
    case 'deny':
      return byIds(situation, [press.id], { ...ballot, needsWhole: false, vote: 'deny' });
    case 'varying':
      return (
        isStale(situation, press) ??
        byIds(situation, [press.id], { ...ballot, varying: 'offered', vote: 'approve' })
      );
    case 'approve-all':
      return bySet(situation, press.set, { ...ballot, vote: 'approve' });
    case 'rerun':
      if (press.set !== rerunSet(situation.state, wholeOf)) {
        return refused('what waits on this head has changed since that button was shown; look again.');
      }
      return rerun(situation);
  }
}

type Marks = Omit<Ballot, 'person' | 'at' | 'varying'> & { readonly varying: readonly string[] | 'offered' };

function byIds(situation: Situation, ids: readonly string[], marks: Marks): Conclusion {
  const found = named(situation, ids);
  return found.kind === 'refused' ? refused(found.why) : cast(situation, found.holds, marks);
}

function explain(situation: Situation, ids: readonly string[]): Conclusion {
  const found = named(situation, ids);
  return found.kind === 'refused' ? refused(found.why) : said(found.holds.map(explainText).join('\n\n'));
}

type Named = { kind: 'found'; holds: readonly HoldState[] } | { kind: 'refused'; why: string };

/** What the ids name, all of them or none. */
function named({ state, facts }: Situation, ids: readonly string[]): Named {
  const open = undecided(state).flatMap((hold) => hold.id ?? []);
  const resolved = resolveIds(facts, ids, open);
  if (resolved.kind === 'refused') return { kind: 'refused', why: `${resolved.why}.` };
  const known = resolved.actions.map(({ id, fingerprint }) => ({
    id,
    hold: state.holds.find((hold) => hold.fingerprint === fingerprint),
  }));
  const missing = known.find(({ hold }) => hold === undefined);
  if (missing === undefined) return { kind: 'found', holds: known.flatMap(({ hold }) => hold ?? []) };
  return { kind: 'refused', why: `${missing.id} is no longer reported by this pull request.` };
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
  const late = tooLate(situation, votes);
  if (late !== null) return refused(late);
  return { outcome: 'done', words: null, votes, rerun: false };
}

/** Where a webhook comes late, what it carries was written before what others have decided since. */
function tooLate({ facts, state }: Situation, votes: readonly VoteFact[]): string | null {
  for (const vote of votes.filter(({ vote }) => vote === 'approve')) {
    const since = overtaken(votesOf(facts), vote);
    if (since === null) continue;
    const id = state.holds.find((hold) => hold.fingerprint === vote.fingerprint)?.id ?? 'it';
    const what = since.vote === 'deny' ? 'denied' : 'revoked';
    return `${id} was ${what} by ${since.by}, perhaps after you wrote this; look again and approve anew.`;
  }
  return null;
}

const mayRerun = new Set(['write', 'maintain', 'admin']);

/**
 * Running again decides nothing, but a run may be run again 50 times at most. So: whoever may write, as on
 * GitHub's own pages, and whoever may decide something that waits here. The author as such may not.
 */
function rerun({ person, state }: Situation): Conclusion {
  const writes = mayRerun.has(person.roleName ?? '') || mayRerun.has(person.baseRole ?? '');
  const decides = undecided(state).some((hold) =>
    hold.requirements.some(({ requirement }) => authorize({ person, requirement, pull: state }).allowed),
  );
  if (person.type !== 'User' || person.suspended === true || !(writes || decides)) {
    return refused(
      `running again asks for role write or higher, or for somebody who may decide what waits; ${person.login} is neither.`,
    );
  }
  if (!state.open) return refused('the pull request is closed.');
  return { outcome: 'done', words: null, votes: [], rerun: true };
}

function said(words: string): Conclusion {
  return { outcome: 'done', words, votes: [], rerun: false };
}

function refused(why: string): Conclusion {
  return { outcome: 'refused', words: markdownWithCode(why), votes: [], rerun: false };
}
