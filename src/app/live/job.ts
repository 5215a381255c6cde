import { GitHubError } from '../../github/client.ts';
import type { AppCalls, AppGitHub, PullRequest, WorkflowRun } from '../../github/port.ts';
import type { PullKey } from '../../ledger/port.ts';
import type { Desk } from '../desk.ts';
import type { GatePolicy } from '../gate-policy.ts';
import { readGatePolicy } from '../read-policy.ts';
import type { Caller } from './id-token.ts';
import { LiveRefusal } from './refusal.ts';

/** A job that runs now, as GitHub shows it. */
export interface LiveJob {
  readonly key: PullKey;
  readonly installation: number;
  readonly github: AppGitHub;
  readonly run: WorkflowRun;
  readonly pull: PullRequest;
  readonly policy: GatePolicy;
}

/**
 * The job behind a token, asked of GitHub now: a token lives for minutes and its run may be over, the pull
 * request pushed to, or the repository under that name another one.
 */
export async function liveJob(
  desk: Pick<Desk, 'appId' | 'github'>,
  app: Pick<AppCalls, 'installationOn'>,
  caller: Caller,
): Promise<LiveJob> {
  const { repository, runId, attempt, repositoryId } = caller;
  const installation = await app.installationOn(repository);
  if (installation === null) throw refused(`the App is not installed on ${repository}`);
  const github = await desk.github(installation);
  const run = await github.workflowRun(repository, runId).catch(missing('its run does not exist'));
  if (run.repositoryId !== repositoryId)
    throw refused(`${repository} is another repository than the token's`);
  if (run.event !== 'pull_request') throw refused('its run is not of a pull request');
  if (run.attempt !== attempt || run.status === 'completed') throw refused('its attempt is over');
  const pull = await pullRequestOf(github, caller, run);
  const policy = await readGatePolicy(github, pull);
  if (policy === null || policy.app !== desk.appId)
    throw refused(`the policy of ${pull.base.ref} names another App`);
  if (policy.problem !== null || policy.mode === 'record') {
    throw refused(`the policy of ${pull.base.ref} lets nobody approve anything now`);
  }
  return { key: { repository, number: pull.number }, installation, github, run, pull, policy };
}

/** By the number in the token's ref, which GitHub signed, if the run is of that pull request's present head. */
async function pullRequestOf(
  github: AppGitHub,
  { repository, pullRequest }: Caller,
  run: WorkflowRun,
): Promise<PullRequest> {
  const pull = await github
    .pullRequest(repository, pullRequest)
    .catch(missing(`pull request ${pullRequest} does not exist`));
  if (pull.state === 'closed') throw refused('the pull request is closed');
  if (pull.head.sha !== run.headSha || pull.head.repositoryId !== run.headRepositoryId) {
    throw refused('the pull request was pushed to since this run started');
  }
  return pull;
}

function refused(why: string): LiveRefusal {
  return new LiveRefusal(403, `This job cannot wait for decisions: ${why}.`);
}

function missing(why: string): (thrown: unknown) => never {
  return (thrown) => {
    throw thrown instanceof GitHubError && thrown.code === 'github-not-found' ? refused(why) : thrown;
  };
}
