import { checkNamePrefix } from '../approval/check-names.ts';
import type { CheckWrite, ShownCheck } from '../approval/plan-checks.ts';
import type { Pass } from './pass.ts';

/** Our check runs on these commits. */
export async function shownChecks(pass: Pass, heads: readonly string[]): Promise<readonly ShownCheck[]> {
  const { github, key, desk } = pass;
  const perHead = await Promise.all(
    heads.map((head) => github.checkRuns(key.repository, head, desk.appId, checkNamePrefix)),
  );
  return perHead.flat().map((run) => ({
    id: run.id,
    head: run.headSha,
    status: run.status,
    conclusion: run.conclusion,
    externalId: run.externalId,
  }));
}

export async function writeCheck({ github, key }: Pass, write: CheckWrite): Promise<void> {
  const { output, id, head } = write;
  const check = { ...write, ...output };
  if (id === null) await github.createCheckRun(key.repository, head, check);
  else await github.updateCheckRun(key.repository, id, check);
}
