import type { Context } from 'probot';
import { parseCommand } from '../../approval/command.ts';
import { reviewSource } from '../../approval/source.ts';
import type { Desk } from '../desk.ts';
import { instant } from '../desk.ts';
import { receive } from '../receive.ts';
import { bodyDigest, firstLine, writtenAt } from './written.ts';

/** Reviews as they are submitted, by people. Unlike a comment a review says which commit was looked at. */
export async function onPullRequestReview(
  desk: Desk,
  context: Context<'pull_request_review.submitted'>,
): Promise<void> {
  const { review, pull_request: pull, repository, sender } = context.payload;
  const body = review.body ?? '';
  if (review.user?.type !== 'User' || sender.id !== review.user.id || review.commit_id === null) return;
  if (parseCommand(body).kind === 'none') return;
  await receive(desk, context, { repository: repository.full_name, number: pull.number }, [
    {
      type: 'command',
      at: instant(desk),
      source: reviewSource(review.id),
      by: review.user.login,
      byId: review.user.id,
      byType: review.user.type,
      given: {
        via: 'review',
        reviewId: review.id,
        line: firstLine(body),
        bodyDigest: bodyDigest(body),
        head: review.commit_id,
        ...writtenAt(review.submitted_at),
      },
    },
  ]);
}

/** By whomever: which of its reviews are dismissed is asked of GitHub when the pull request is looked at. */
export async function onReviewDismissed(
  desk: Desk,
  context: Context<'pull_request_review.dismissed'>,
): Promise<void> {
  const { pull_request: pull, repository } = context.payload;
  await receive(desk, context, { repository: repository.full_name, number: pull.number }, []);
}
