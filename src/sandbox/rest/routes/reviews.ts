import { notFound, Refusal } from '../../domain/refusal.ts';
import { submitReview } from '../../domain/reviews.ts';
import type { Pull, Review } from '../../model.ts';
import { reviewShape } from '../../shapes/pull.ts';
import type { Call } from '../call.ts';
import { type Handler, ok, paged } from '../reply.ts';

const events: readonly Review['event'][] = ['APPROVE', 'REQUEST_CHANGES', 'COMMENT'];

/** Reviews of a pull request; one that waits to be submitted is not known here. */
export function reviewHandlers(
  pullOf: (call: Call, level?: 'read' | 'write') => Pull,
): Readonly<Record<string, Handler>> {
  const reviewsOf = (call: Call, pull: Pull) =>
    [...call.world.reviews.values()].filter(
      (each) => each.repository === pull.repository && each.number === pull.number,
    );
  return {
    'pulls/list-reviews': (call) =>
      paged(call, reviewsOf(call, pullOf(call)), (each) => reviewShape(call.world, each)),
    'pulls/get-review': (call) => {
      const found = reviewsOf(call, pullOf(call)).find(({ id }) => id === call.id('review_id'));
      if (!found) throw notFound();
      return ok(reviewShape(call.world, found));
    },
    'pulls/create-review': (call) => {
      const pull = pullOf(call, 'write');
      const event = events.find((each) => each === call.text('event'));
      if (event === undefined) throw new Refusal(422, 'Pending reviews are not supported');
      const review = submitReview(call.world, pull, call.actor, {
        body: call.text('body') ?? '',
        event,
        commit: call.text('commit_id') ?? pull.head.sha,
      });
      return ok(reviewShape(call.world, review));
    },
  };
}
