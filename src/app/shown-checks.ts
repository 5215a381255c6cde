import type { CheckWrite, ShownCheck } from '../approval/plan-checks.ts';
import type { Pass } from './pass.ts';

/** All of ours on a head begin so; see approval/check-names.ts. */
const namePrefix = 'JIT approval';

/** Our check runs on these commits. */
export async function shownChecks(pass: Pass, heads: readonly string[]): Promise<readonly ShownCheck[]> {
  const { github, key, desk } = pass;
  const perHead = await Promise.all(
    heads.map((head) => github.checkRuns(key.repository, head, desk.appId, namePrefix)),
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
