import { randomBytes } from 'node:crypto';
import type { JobRequest } from '../contract.ts';
import type { Permissions } from '../model.ts';
import { issuerPath } from '../oidc/issuer.ts';
import type { Attempt, Job, Run } from '../run-model.ts';
import type { World } from '../world.ts';

/** Pull requests from forks get neither secrets nor a token that writes, whoever re-runs them. */
function fromFork(run: Run): boolean {
  return run.headRepository !== run.repository;
}

/** The one who started it counts, also in a re-run that somebody else asked for. */
function byDependabot(run: Run): boolean {
  return run.actor.login === 'dependabot[bot]';
}

/** What the job's GITHUB_TOKEN may do. A fork's reads only; Dependabot's too, unless the workflow says more. */
export function tokenPermissions(world: World, run: Run, job: Job): Permissions {
  const asked = world.runner?.permissions(run.workflowText, job.plan.key) ?? {};
  const fork = fromFork(run);
  // workflow files write `pull-requests`, tokens hold `pull_requests`
  return Object.fromEntries(
    Object.entries(asked).map(([name, access]) => [name.replaceAll('-', '_'), fork ? 'read' : access]),
  );
}

/** Dependabot's runs get Dependabot's secrets, of which this sandbox keeps none. */
export function secretsOf(run: Run): Readonly<Record<string, string>> {
  return fromFork(run) || byDependabot(run) ? {} : run.repository.secrets;
}

/**
 * Where a job with `id-token: write` requests ID tokens; its caller forgets the token with the job. Not in runs
 * of forks, nor in Dependabot's, of which nobody could say whether GitHub lets them.
 */
export function idTokenOf(world: World, run: Run, attempt: Attempt, job: Job): JobRequest['idToken'] {
  const asked = world.runner?.permissions(run.workflowText, job.plan.key) ?? {};
  if (asked['id-token'] !== 'write' || fromFork(run) || byDependabot(run)) return null;
  const token = randomBytes(48).toString('base64url');
  world.issuer.holders.set(token, { run, attempt, job });
  return { url: `${world.url}${issuerPath}/request?api-version=2.0`, token };
}
