import type { CommandFact, RecordedFact, VoteFact } from './facts.ts';

/** Names of what carried a vote or a command; one source never counts twice. */
export const commentSource = (id: number): string => `comment:${id}`;
export const reviewSource = (id: number): string => `review:${id}`;
export const deliverySource = (guid: string): string => `delivery:${guid}`;
/** The click itself and not its delivery: a replay under another GUID is the same click. */
export const clickSource = (digest: string): string => `click:${digest}`;
export const dismissalSource = (reviewId: number): string => `dismissed:${reviewId}`;

/** What the votes of a command carry. */
export function votesSource({ given, source }: CommandFact): string {
  return given.via === 'button' ? clickSource(given.digest) : source;
}

export type RecordedVote = VoteFact & Pick<RecordedFact, 'sequence'>;

/**
 * Could `first` have happened before `second`? Webhooks arrive out of order, so the ledger's sequence alone
 * is not proof where GitHub says when both were written, and the two orders may differ. Whoever asks lets deny and
 * revoke win.
 */
export function maybeBefore(first: RecordedVote, second: RecordedVote): boolean {
  const order = writtenOrder(first, second);
  return first.sequence < second.sequence || order === 'before' || order === 'doubtful';
}

export function surelyBefore(first: RecordedVote, second: RecordedVote): boolean {
  const order = writtenOrder(first, second);
  return first.sequence < second.sequence && (order === 'before' || order === 'untold');
}

/**
 * GitHub numbers comments as they are written, and reviews likewise. Of a comment and a review it tells the second
 * in which each was written; of one second nobody knows. Of a click it tells no time at all.
 */
function writtenOrder(first: RecordedVote, second: RecordedVote): 'before' | 'after' | 'doubtful' | 'untold' {
  const [a, b] = [number(first.source), number(second.source)];
  if (a !== null && b !== null && a.kind === b.kind) return a.id < b.id ? 'before' : 'after';
  if (first.written === undefined || second.written === undefined) return 'untold';
  const gap = Date.parse(first.written) - Date.parse(second.written);
  if (gap === 0) return 'doubtful';
  return gap < 0 ? 'before' : 'after';
}

/** The review that carried a vote; null for whatever else carries them. */
export function reviewOf(source: string): number | null {
  const found = number(source);
  return found?.kind === 'review' ? found.id : null;
}

function number(source: string): { readonly kind: string; readonly id: number } | null {
  const [, kind, id] = /^(comment|review):(\d{1,15})$/.exec(source) ?? [];
  return kind === undefined ? null : { kind, id: Number(id) };
}
