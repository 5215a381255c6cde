import { basename } from 'node:path';
import type { Fact, RecordedFact } from '../approval/facts.ts';
import type { PullRequest, WorkflowRun } from '../github/port.ts';

/** A pull fact if GitHub shows the pull request otherwise than the ledger's last word on it. */
export function pullFacts(facts: readonly RecordedFact[], pull: PullRequest, at: string): readonly Fact[] {
  const last = facts.findLast((fact) => fact.type === 'pull');
  const { repositoryId } = pull.base;
  const now = { state: pull.state, head: pull.head.sha, base: pull.base.ref, author: pull.author };
  const draft = pull.draft ? { draft: true as const } : {};
  const written: Fact = {
    type: 'pull',
    at,
    ...now,
    ...draft,
    ...(pull.mergedAs !== null && { merged: true }),
    authorId: pull.authorId,
    pushedBy: null,
    repositoryId,
  };
  // numbers are told by us alone; webhooks leave them out
  const known = facts.findLast((fact) => fact.type === 'pull' && fact.repositoryId !== undefined);
  if (known?.type === 'pull' && known.repositoryId !== repositoryId) {
    return [{ type: 'moved', at, to: null }, written];
  }
  const same =
    last?.state === now.state &&
    last.head === now.head &&
    last.base === now.base &&
    last.draft === draft.draft;
  return known !== undefined && same ? [] : [written];
}

/** Run facts for what GitHub shows otherwise than the ledger's last word on each run. */
export function runFacts(
  facts: readonly RecordedFact[],
  runs: readonly WorkflowRun[],
  at: string,
): readonly Fact[] {
  return runs.flatMap((run): readonly Fact[] => {
    const last = facts.findLast((fact) => fact.type === 'run' && fact.runId === run.id);
    const { attempt, status, conclusion } = run;
    if (
      last?.type === 'run' &&
      last.attempt === attempt &&
      last.status === status &&
      last.conclusion === conclusion
    ) {
      return [];
    }
    const workflow = basename(run.path);
    return [{ type: 'run', at, runId: run.id, attempt, head: run.headSha, workflow, status, conclusion }];
  });
}
