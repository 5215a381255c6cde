import type { Report } from './schema.ts';

type Run = { readonly app: number | null; readonly run: Pick<Report['run'], 'repository' | 'pullRequest'> };

/** Why nothing that was held in this run can be approved; null when it can. */
export function notApprovable({ run }: Pick<Run, 'run'>): string | null {
  if (run.repository === null || run.pullRequest !== null) return null;
  return 'this run belongs to no pull request';
}

/** What is to be done after approving, where no App does it; null where one does. */
export function afterApproval({ app, run }: Run): string | null {
  if (run.repository === null || app !== null || run.pullRequest === null) return null;
  return 'Then press "Re-run failed jobs" on the run, unless a workflow of yours does (respond.yml).';
}

/** Sentences that the run and the App must word alike, so that neither is shown twice. */
export const recordingNotice =
  'The policy says "mode: record": nothing is held or denied, this only records what would have been.';

export const withoutPullRequestNotice =
  'This run has no pull request, and the policy says "without-pull-request: allow": what would wait for approval runs.';

export function neverCalled(target: string): string {
  return `Target "${target}" was never called through its gate; if the suite did reach it, it went around the gate.`;
}
