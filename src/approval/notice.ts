import type { RecordedFact } from './facts.ts';
import { isUndecided } from './gate-findings.ts';
import { undecided } from './offered.ts';
import type { PullState } from './state.ts';

/** A comment of our App, as GitHub shows it. */
export interface OwnComment {
  readonly id: number;
  readonly body: string;
  /** SHA-256 of `body`. */
  readonly digest: string;
  readonly minimised: boolean;
}

/** One that tells people what to decide. */
export interface Notice {
  readonly id: number;
  readonly body: string;
  /** Ids of the actions that it told people to decide; null where no fact says. */
  readonly announced: readonly string[] | null;
}

/**
 * Our open notices, oldest first, by what the ledger says that we wrote. Where a crash kept the id from it, the
 * text tells. A ledger that knows of none was lost: then our newest comment that answers nobody (answers begin
 * with a mention) is it. `comments` are ours alone: no text makes somebody else's comment ours.
 */
export function openNotices(
  facts: readonly RecordedFact[],
  comments: readonly OwnComment[],
): readonly Notice[] {
  const told = facts.filter((fact) => fact.type === 'notice').sort((a, b) => a.sequence - b.sequence);
  const known = new Map(told.flatMap((fact) => (fact.commentId === null ? [] : [[fact.commentId, fact]])));
  const begun = new Map(told.flatMap((fact) => (fact.commentId === null ? [[fact.digest, fact]] : [])));
  const open = comments.filter((comment) => !comment.minimised).sort((a, b) => a.id - b.id);
  if (told.length === 0) {
    const last = open.findLast((comment) => !comment.body.startsWith('@'));
    return last === undefined ? [] : [{ id: last.id, body: last.body, announced: null }];
  }
  return open.flatMap(({ id, body, digest }) => {
    const fact = known.get(id) ?? begun.get(digest);
    return fact === undefined || fact.minimised ? [] : [{ id, body, announced: fact.announced }];
  });
}

/**
 * Whether people must be told again: something waits that the notice did not announce. Not while a run goes
 * on: it may hold more, and one comment per run is enough.
 */
export function isNews(state: PullState, notice: Notice, running: boolean): boolean {
  const { announced } = notice;
  if (running || announced === null) return false;
  return undecided(state).some(({ id }) => id !== null && !announced.includes(id));
}

/**
 * What a notice has announced once it is written. A decided action is forgotten, so that it is told anew if it
 * comes to be decided again; one that is just not reported is not, or every push would bring a comment.
 */
export function announcedBy(
  state: PullState,
  before: readonly string[] | null,
  adding: boolean,
): readonly string[] {
  const decided = new Set(
    state.holds.flatMap((hold) => (hold.status !== 'superseded' && !isUndecided(hold) ? [hold.id] : [])),
  );
  const now = adding || before === null ? undecided(state).flatMap(({ id }) => id ?? []) : [];
  return [...new Set([...(before ?? []), ...now])].filter((id) => !decided.has(id)).sort();
}
