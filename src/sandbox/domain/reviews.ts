import type { Account, Pull, Review } from '../model.ts';
import { pullSimple, reviewShape } from '../shapes/pull.ts';
import { publish } from '../webhooks/publish.ts';
import type { World } from '../world.ts';
import { invalid, Refusal } from './refusal.ts';

/** Whoever may read may review; nobody approves a pull request of their own. */
export function submitReview(
  world: World,
  pull: Pull,
  author: Account,
  { body, event, commit }: Pick<Review, 'body' | 'event' | 'commit'>,
): Review {
  if (event !== 'APPROVE' && body.trim() === '')
    throw invalid('PullRequestReview', 'body', 'missing_field', 'body cannot be blank');
  if (event !== 'COMMENT' && author === pull.author) {
    const verb = event === 'APPROVE' ? 'approve' : 'request changes on';
    throw new Refusal(422, `Can not ${verb} your own pull request`);
  }
  const { repository, number } = pull;
  const id = world.nextId();
  const review: Review = { id, repository, number, author, event, commit, submittedAt: world.now(), body };
  world.reviews.set(id, review);
  const shape = reviewShape(world, review);
  publish(world, {
    event: 'pull_request_review',
    action: 'submitted',
    repository,
    sender: author,
    body: {
      review: {
        ...shape,
        body: body === '' ? null : body,
        state: String(shape.state).toLowerCase(),
        updated_at: shape.submitted_at,
      },
      pull_request: pullSimple(world, pull),
    },
  });
  return review;
}
