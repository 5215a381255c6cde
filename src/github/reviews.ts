import * as z from 'zod';
import type { Client } from './client.ts';
import { split } from './client.ts';
import type { AppGitHub, Review } from './port.ts';

const reviewSchema = z
  .object({
    id: z.int(),
    body: z.string().nullable(),
    state: z.string(),
    commit_id: z.string().nullable(),
    user: z.object({ id: z.int(), type: z.string() }).nullable(),
  })
  .transform(
    (review): Review => ({
      id: review.id,
      body: review.body ?? '',
      authorId: review.user?.id ?? 0,
      authorType: review.user?.type ?? 'Unknown',
      state: review.state.toUpperCase(),
      commit: review.commit_id,
    }),
  );

export function reviewCalls(client: Client): Pick<AppGitHub, 'review'> {
  return {
    review: (repository, number, id) =>
      client.maybe(reviewSchema, 'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}', {
        ...split(repository),
        pull_number: number,
        review_id: id,
      }),
  };
}
