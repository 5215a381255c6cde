import type { RecordedFact, VoteFact } from './facts.ts';

/** Names of what carried a vote or a command; one source never counts twice. */
export const commentSource = (id: number): string => `comment:${id}`;
export const deliverySource = (guid: string): string => `delivery:${guid}`;

/** The id of a comment, where the source is one. */
export function commentId(source: string): number | null {
  const found = /^comment:(\d{1,15})$/.exec(source);
  return found?.[1] === undefined ? null : Number(found[1]);
}

export type RecordedVote = VoteFact & Pick<RecordedFact, 'sequence'>;

/**
 * Could `first` have happened before `second`? Webhooks arrive out of order, so the ledger's sequence alone
 * is not proof where both are comments: GitHub numbers those as they are written, and the two orders may
 * differ. Whoever asks lets deny and revoke win.
 */
export function maybeBefore(first: RecordedVote, second: RecordedVote): boolean {
  return first.sequence < second.sequence || (commentOrder(first, second) ?? false);
}

export function surelyBefore(first: RecordedVote, second: RecordedVote): boolean {
  return first.sequence < second.sequence && (commentOrder(first, second) ?? true);
}

function commentOrder(first: RecordedVote, second: RecordedVote): boolean | null {
  const [a, b] = [commentId(first.source), commentId(second.source)];
  return a === null || b === null ? null : a < b;
}
