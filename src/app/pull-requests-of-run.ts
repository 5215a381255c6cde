import type { AppGitHub, WorkflowRun } from '../github/port.ts';

/** GitHub may list a new commit's pull requests late; a delivery must be answered within 10 s. */
const retryAfterMs = [0, 1000, 3000];

/**
 * Numbers of our pull requests that a run belongs to, by head repository and head commit: the base's own
 * list is empty for forks. What a report says about itself plays no part.
 */
export async function pullRequestsOfRun(
  github: Pick<AppGitHub, 'pullRequestsOf'>,
  sleep: (ms: number) => Promise<void>,
  repository: string,
  run: Pick<WorkflowRun, 'headSha' | 'headRepository' | 'headRepositoryId'>,
): Promise<readonly number[]> {
  if (run.headRepository === null) return [];
  for (const wait of retryAfterMs) {
    if (wait > 0) await sleep(wait);
    const found = await github.pullRequestsOf(run.headRepository, run.headSha);
    const ours = found.filter(
      (pull) =>
        pull.base.repository === repository &&
        pull.head.sha === run.headSha &&
        pull.head.repositoryId === run.headRepositoryId,
    );
    if (ours.length > 0) return ours.map((pull) => pull.number);
  }
  return [];
}
