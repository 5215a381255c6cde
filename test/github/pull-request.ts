import type { PullRequest } from '../../src/github/port.ts';

/** Pull request 7 of acme/shop into main, open, from a branch of the same repository. */
export function pullRequest(over: Partial<PullRequest> = {}): PullRequest {
  const place = { repository: 'acme/shop', repositoryId: 1 };
  return {
    number: 7,
    state: 'open',
    draft: false,
    author: 'author',
    authorId: 5,
    title: 'Change',
    mergedAs: null,
    head: { ...place, sha: '1'.repeat(40), ref: 'feature' },
    base: { ...place, ref: 'main' },
    ...over,
  };
}
