import type { Context } from 'probot';
import type { Desk } from '../desk.ts';
import type { events } from '../events.ts';
import { pullRequestsOfRun } from '../pull-requests-of-run.ts';
import { receive } from '../receive.ts';

type Event = (typeof events.workflowRun)[number];

/** Marks the pull requests of the run; its state and its reports are read when they are reconciled. */
export async function onWorkflowRun(desk: Desk, context: Context<Event>): Promise<void> {
  const { workflow_run: run, repository, installation } = context.payload;
  if (run.event !== 'pull_request' || installation === undefined) return;
  const github = await desk.github(installation.id);
  const numbers = await pullRequestsOfRun(github, desk.sleep, repository.full_name, {
    headSha: run.head_sha,
    headRepository: run.head_repository?.full_name ?? null,
    headRepositoryId: run.head_repository?.id ?? null,
  });
  // none: the sweep will find the run from the pull request's side
  for (const number of numbers) {
    await receive(desk, context, { repository: repository.full_name, number }, []);
  }
}
