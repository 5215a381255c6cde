import { GitHubError } from '../github/client.ts';
import type { AppGitHub, PullRequest, WorkflowRun } from '../github/port.ts';

/** GitHub may list a new commit's pull requests late; a delivery must be answered within 10 s. */
const retryAfterMs = [0, 1000, 3000];

type Lists = Pick<AppGitHub, 'pullRequestsOf' | 'openPullRequests'>;
type Head = Pick<WorkflowRun, 'headSha' | 'headRepository' | 'headRepositoryId'>;

/**
 * Numbers of our pull requests that a run belongs to, by head repository and head commit. What a report says
 * about itself plays no part.
 */
export async function pullRequestsOfRun(
  github: Lists,
  sleep: (ms: number) => Promise<void>,
  repository: string,
  run: Head,
): Promise<readonly number[]> {
  for (const wait of retryAfterMs) {
    if (wait > 0) await sleep(wait);
    const ours = await pullRequestsWithHead(github, repository, run);
    if (ours.length > 0) return ours.map((pull) => pull.number);
  }
  return [];
}

/**
 * Our pull requests with that head, as GitHub lists them. The head's repository is asked, as the base's own list
 * is empty for forks; where we may not see it (a private fork), our own open pull requests are looked through.
 */
export async function pullRequestsWithHead(
  github: Lists,
  repository: string,
  { headSha, headRepository, headRepositoryId }: Head,
): Promise<readonly PullRequest[]> {
  if (headRepository === null) return [];
  const listed = await github.pullRequestsOf(headRepository, headSha).catch(unseen);
  const found = listed ?? (await github.openPullRequests(repository));
  return found.filter(
    (pull) =>
      pull.base.repository === repository &&
      pull.head.sha === headSha &&
      pull.head.repositoryId === headRepositoryId,
  );
}

function unseen(thrown: unknown): null {
  if (thrown instanceof GitHubError && (thrown.status === 404 || thrown.status === 403)) return null;
  throw thrown;
}
