import { setTimeout } from 'node:timers/promises';
import { longIdLength } from '../approval/comment-facts.ts';
import { decidedGrants, noDecisions } from '../approval/decided.ts';
import type { GrantSource } from '../approval/grant.ts';
import { unknowable } from '../approval/knowable.ts';
import { JitError } from '../errors.ts';
import { commentReader } from '../github/comment-reader.ts';
import { type CommentSource, commentSource } from '../github/comment-source.ts';
import { etagCache } from '../github/etag.ts';
import { githubGrantSource } from '../github/grant-source.ts';
import { inheritedGrantSource } from '../github/inherited-grants.ts';
import type { RepositoryReader } from '../github/port.ts';
import type { Policy } from '../policy/parse.ts';
import { requirementsOf } from '../policy/requirements.ts';
import type { Report } from '../report/schema.ts';
import type { Environment, JobContext } from './job-context.ts';
import { jobOctokit } from './reader.ts';

/** Comments by which people decide where the policy names no App; null where they do not. */
export function commentsOf(
  environment: Environment,
  { run }: JobContext,
  policy: Policy,
  earlier: readonly Report[],
  used: Map<string, number>,
): CommentSource | null {
  const octokit = jobOctokit(environment);
  const { repository, head, pullRequest, base, runId, attempt, job } = run;
  if (policy.app !== null || octokit === null || repository === null || runId === null) return null;
  if (head === null || pullRequest === null || base === null) return null;
  return commentSource({
    reader: commentReader(octokit, etagCache(), Date.now),
    repository,
    pullRequest,
    run: { runId, attempt, job },
    head,
    base,
    requirementsOf: (rules) => requirementsOf(policy, rules),
    earlier,
    used,
  });
}

/**
 * Where decisions come from: the App's check runs on the head, or comments without it. What is missing for that
 * is said at every hold.
 */
export function grantsOf(
  { run, inherits }: JobContext,
  policy: Policy,
  reader: RepositoryReader | null,
  comments: CommentSource | null,
  used: Map<string, number>,
): GrantSource {
  const { repository, head, pullRequest, base } = run;
  const nothing = (problem: string) =>
    decidedGrants(async () => ({ decisions: noDecisions, problem }), Date.now);
  if (comments !== null) return comments;
  if (policy.app === null)
    return nothing('This run belongs to no pull request; without the App there are no approvals for it.');
  if (reader === null)
    return nothing('Approvals cannot be read without the input "github-token" (checks: read).');
  const sleep = (ms: number) => setTimeout(ms);
  const asked = { port: reader, appId: policy.app, now: Date.now, sleep, used };
  if (repository !== null && inherits !== null)
    return inheritedGrantSource({ ...asked, repository, inherits });
  if (repository === null || head === null || pullRequest === null || base === null) {
    return nothing('This run belongs to no pull request, so there are no approvals for it.');
  }
  return githubGrantSource({ ...asked, repository, head, pullRequest, base });
}

/** A policy that nobody could ever satisfy here ends the run: its holds would wait for nobody. */
export function refuseUnknowable(policy: Policy): void {
  if (policy.app !== null || policy.mode === 'record') return;
  const rules = unknowable(policy.requirements).map(({ ruleId }) => ruleId);
  if (rules.length === 0) return;
  throw new JitError(
    'POLICY',
    `Without the App ("app: ID") nobody can approve what these rules hold: ${rules.slice(0, 10).join(', ')}. Their approvers are teams or code owners alone, and a job's token cannot read teams: name a role or users beside them (approvals.from), or install the App.`,
  );
}

/** What a held action's hint says of how to approve it. */
export function approveHintOf({ run }: JobContext, policy: Policy): (id: string) => string {
  if (run.pullRequest === null)
    return () => 'Held runtime actions are approved in a pull request; this run has none.';
  if (policy.app === null)
    return (id) =>
      `A maintainer approves it by a new comment on the pull request, "/approve ${id}"; then press "Re-run failed jobs".`;
  return (id) =>
    `A maintainer approves it in the pull request: by the comment "/approve ${id}" or by the button of its check.`;
}

/** Without the App nobody keeps which short id was shown for what: then only the long one is printed. */
export function idLengthOf(policy: Policy): { readonly idLength?: number } {
  return policy.app === null ? { idLength: longIdLength } : {};
}
