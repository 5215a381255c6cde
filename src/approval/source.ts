import type { RecordedFact, VoteFact } from './facts.ts';

/** Names of what carried a vote or a command; one source never counts twice. */
export const commentSource = (id: number): string => `comment:${id}`;
export const reviewSource = (id: number): string => `review:${id}`;
export const deliverySource = (guid: string): string => `delivery:${guid}`;

export type RecordedVote = VoteFact & Pick<RecordedFact, 'sequence'>;

/**
 * Could `first` have happened before `second`? Webhooks arrive out of order, so the ledger's sequence alone
 * is not proof where both are comments, or both reviews: GitHub numbers those as they are written, and the two orders may
 * differ. Whoever asks lets deny and revoke win.
 */
export function maybeBefore(first: RecordedVote, second: RecordedVote): boolean {
  return first.sequence < second.sequence || (writtenOrder(first, second) ?? false);
}

export function surelyBefore(first: RecordedVote, second: RecordedVote): boolean {
  return first.sequence < second.sequence && (writtenOrder(first, second) ?? true);
}

/** GitHub numbers comments as they are written, and reviews likewise; nothing compares the two. */
function writtenOrder(first: RecordedVote, second: RecordedVote): boolean | null {
  const [a, b] = [number(first.source), number(second.source)];
  return a === null || b === null || a.kind !== b.kind ? null : a.id < b.id;
}

function number(source: string): { readonly kind: string; readonly id: number } | null {
  const [, kind, id] = /^(comment|review):(\d{1,15})$/.exec(source) ?? [];
  return kind === undefined ? null : { kind, id: Number(id) };
}
