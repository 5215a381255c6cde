/** Why nothing that was held in this run can be approved; null when it can. */
export function notApprovable(report: {
  readonly app: number | null;
  readonly run: { readonly repository: string | null };
}): string | null {
  if (report.run.repository === null || report.app !== null) return null;
  return 'the policy of the base branch names no App ("app: ID")';
}

/** Sentences that the run and the App must word alike, so that neither is shown twice. */
export const recordingNotice =
  'The policy says "mode: record": nothing is held or denied, this only records what would have been.';

export const withoutPullRequestNotice =
  'This run has no pull request, and the policy says "without-pull-request: allow": what would wait for approval runs.';

export function neverCalled(target: string): string {
  return `Target "${target}" was never called through its gate; if the suite did reach it, it went around the gate.`;
}
