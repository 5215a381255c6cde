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
  const submittedAt = world.now();
  const review: Review = {
    ...{ id, repository, number, author, event, commit, submittedAt },
    ...{ dismissed: false, body },
  };
  world.reviews.set(id, review);
  announce(world, pull, review, 'submitted', author);
  return review;
}

/** Only what approves or asks for changes can be dismissed. */
export function dismissReview(world: World, pull: Pull, review: Review, by: Account): void {
  if (review.event === 'COMMENT' || review.dismissed)
    throw new Refusal(422, 'Can not dismiss a commented pull request review');
  review.dismissed = true;
  announce(world, pull, review, 'dismissed', by);
}

function announce(
  world: World,
  pull: Pull,
  review: Review,
  action: 'submitted' | 'dismissed',
  sender: Account,
): void {
  const shape = reviewShape(world, review);
  publish(world, {
    event: 'pull_request_review',
    action,
    repository: pull.repository,
    sender,
    body: {
      review: {
        ...shape,
        body: review.body === '' ? null : review.body,
        state: String(shape.state).toLowerCase(),
        updated_at: shape.submitted_at,
      },
      pull_request: pullSimple(world, pull),
    },
  });
}
