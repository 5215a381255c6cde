import type { ActionForm } from './form.ts';
import { isUndecided } from './gate-findings.ts';
import { setId } from './set-id.ts';
import type { HoldState, PullState } from './state.ts';

/** Check runs with buttons per head: beyond that the list of checks buries them, and comments serve. */
export const maxOffered = 10;

/** Characters of an action that its check run surely shows whole, escaped, within GitHub's 65,535. */
const maxWhole = 12_000;
/** What a surface needs around one value. */
const perValue = 20;

/** What is not shown whole cannot be approved by a button or by `all`. */
export function shownWhole(form: ActionForm): boolean {
  const shape = form.shape.reduce((sum, part) => sum + part.length, 0);
  const values = form.values.reduce((sum, { name, text }) => sum + name.length + text.length + perValue, 0);
  return shape + values <= maxWhole;
}

/** Undecided actions of this head under their published ids, in the order in which they appeared. */
export function undecided(state: PullState): readonly HoldState[] {
  return state.holds.filter((hold) => isUndecided(hold) && hold.id !== null);
}

/** Those that have a check run of their own on this head. */
export function offered(state: PullState): readonly HoldState[] {
  return undecided(state).slice(0, maxOffered);
}

/** Which of the actions the surface that prints the set's id shows whole. */
export type WholeOf = (holds: readonly HoldState[]) => readonly HoldState[];

/** Those that Approve all and `/approve all` stand for, and the id that names exactly them on this head. */
export function offeredSet(
  state: PullState,
  wholeOf: WholeOf = (holds) => holds,
): { readonly id: string | null; readonly holds: readonly HoldState[] } {
  const open = undecided(state).filter((hold) => hold.blocked === null && shownWhole(hold.action.form));
  const holds = wholeOf(open);
  const ids = holds.flatMap((hold) => (hold.id === null ? [] : [`${hold.id}.${hold.setbacks}`]));
  return { id: ids.length === 0 ? null : setId(state.head, ids, state.salt), holds };
}

/** What Re-run held is bound to: the head and what waits there, like Approve all, but never nothing. */
export function rerunSet(state: PullState, wholeOf?: WholeOf): string {
  return offeredSet(state, wholeOf).id ?? setId(state.head, [], state.salt);
}

/** The actions behind a set id, if it still names what is shown. */
export function resolveSet(
  state: PullState,
  set: string,
  wholeOf?: WholeOf,
):
  | { readonly kind: 'found'; readonly holds: readonly HoldState[] }
  | { readonly kind: 'refused'; readonly why: string } {
  const { id, holds } = offeredSet(state, wholeOf);
  if (id === set) return { kind: 'found', holds };
  const next = id === null ? 'nothing waits now' : `what waits now is set ${id}: look at it first`;
  return { kind: 'refused', why: `Set ${set} is not what waits on this head any more; ${next}.` };
}
