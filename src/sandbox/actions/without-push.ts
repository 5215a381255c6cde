import { Refusal } from '../domain/refusal.ts';
import { resolveCommit } from '../git/commit.ts';
import type { Account, Repository } from '../model.ts';
import type { World } from '../world.ts';
import { startOnBranch, type Trigger } from './trigger.ts';

export interface Dispatch {
  /** `.github/workflows/x.yml` */
  readonly workflow: string;
  /** A branch; default: the default branch. */
  readonly branch?: string;
  readonly inputs?: Readonly<Record<string, string>>;
}

/** "Run workflow" on a branch, whose own file of that name counts. */
export async function dispatch(
  world: World,
  repository: Repository,
  by: Account,
  request: Dispatch,
): Promise<void> {
  const { workflow, branch = repository.defaultBranch, inputs = {} } = request;
  const body = { ref: `refs/heads/${branch}`, workflow, inputs };
  await start(world, repository, branch, {
    eventName: 'workflow_dispatch',
    body,
    sender: by,
    workflow,
  });
}

/** What GitHub does when a line of `on.schedule` is due: on the default branch, in the name of who wrote the line. */
export async function schedule(
  world: World,
  repository: Repository,
  by: Account,
  cron: string,
): Promise<void> {
  await start(world, repository, repository.defaultBranch, {
    eventName: 'schedule',
    body: { schedule: cron },
    sender: by,
  });
}

async function start(
  world: World,
  repository: Repository,
  branch: string,
  event: Pick<Trigger, 'eventName' | 'body' | 'sender' | 'workflow'>,
): Promise<void> {
  const sha = await resolveCommit(repository.folder, branch);
  if (!sha) throw new Refusal(422, `No ref found for: ${branch}`);
  await startOnBranch(world, repository, branch, sha, event);
}
