import type { RecordedFact, VoteFact } from '../approval/facts.ts';
import { dismissalSource, reviewOf } from '../approval/source.ts';
import { votesOf } from '../approval/votes.ts';
import { factsOf, type Pass, record } from './pass.ts';

/**
 * Approvals in reviews that were dismissed since are taken back: GitHub's own way to say that a review counts no
 * more. Asked of GitHub and not taken from webhooks, which get lost. A denial stays until somebody revokes it.
 */
export async function withdrawDismissed(pass: Pass): Promise<void> {
  const { github, key, at } = pass;
  const votes = inReviews(await factsOf(pass));
  const ids = new Set(votes.map(({ reviewId }) => reviewId));
  const found = await Promise.all(
    [...ids].map(async (id) => ({ id, review: await github.review(key.repository, key.number, id) })),
  );
  const dismissed = new Set(found.flatMap(({ id, review }) => (review?.state === 'DISMISSED' ? id : [])));
  await record(
    pass,
    votes
      .filter(({ reviewId }) => dismissed.has(reviewId))
      .map(({ vote, reviewId }) => withdrawal(vote, reviewId, at)),
  );
}

/** Approvals by reviews of which no dismissal is known. */
function inReviews(facts: readonly RecordedFact[]) {
  const votes = votesOf(facts);
  const known = new Set(votes.map(({ source }) => source));
  return votes.flatMap((vote) => {
    const reviewId = reviewOf(vote.source);
    if (vote.vote !== 'approve' || reviewId === null || known.has(dismissalSource(reviewId))) return [];
    return { vote, reviewId };
  });
}

function withdrawal(vote: VoteFact, reviewId: number, at: string): VoteFact {
  const { fingerprint, binds, varying, by, byId, head } = vote;
  return {
    type: 'vote',
    at,
    vote: 'revoke',
    ...{ fingerprint, binds, varying, by, byId, head },
    reason: null,
    channel: 'review',
    source: dismissalSource(reviewId),
    satisfies: [],
    dismissed: true,
  };
}
