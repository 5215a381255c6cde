import { startOnBranch } from '../actions/trigger.ts';
import { resolveCommit } from '../git/commit.ts';
import { git } from '../git/git.ts';
import type { Account, Pull, Queued } from '../model.ts';
import { mergeGroup } from '../shapes/commit.ts';
import { publish } from '../webhooks/publish.ts';
import type { World } from '../world.ts';
import { requestSuites } from './check-suites.ts';
import { checksState, mergeCommit, refuseUnmergeable } from './mergeable.ts';
import { merged } from './pulls.ts';
import { Refusal } from './refusal.ts';

/**
 * Adds a pull request to the merge queue of its base: a group of its own, on top of those before it, with a branch
 * that only GitHub makes. Answers the group's head.
 */
export async function enqueue(world: World, pull: Pull, by: Account): Promise<string> {
  const { repository, base } = pull;
  if (pull.state === 'closed' || repository.queue.some((queued) => queued.pull === pull)) {
    throw new Refusal(405, 'Pull Request cannot be added to the merge queue');
  }
  refuseUnmergeable(world, pull);
  const { folder } = repository;
  const before = repository.queue.findLast((queued) => queued.base === base.ref)?.head;
  const parent = before ?? (await resolveCommit(folder, base.ref)) ?? base.sha;
  const head = await mergeCommit(world, pull, parent);
  const branch = `gh-readonly-queue/${base.ref}/pr-${pull.number}-${parent}`;
  await git(folder, ['update-ref', `refs/heads/${branch}`, head]);
  const queued: Queued = { pull, by, branch, base: base.ref, parent, head };
  repository.queue.push(queued);
  await requestSuites(world, repository, branch, null, head, by);
  const body = { merge_group: await mergeGroup(queued) };
  publish(world, { event: 'merge_group', action: 'checks_requested', repository, sender: by, body });
  await startOnBranch(world, repository, branch, head, {
    eventName: 'merge_group',
    action: 'checks_requested',
    body,
    sender: by,
  });
  return head;
}

/** Takes a pull request out of the queue. What was built on it is built anew without it. */
export async function dequeue(world: World, pull: Pull): Promise<void> {
  const { queue } = pull.repository;
  const at = queue.findIndex((queued) => queued.pull === pull);
  const [gone, ...after] = at < 0 ? [] : queue.splice(at);
  if (gone === undefined) throw new Refusal(405, 'Pull Request is not in the merge queue');
  await destroy(world, gone, 'dequeued');
  for (const queued of after) await destroy(world, queued, 'invalidated');
  for (const queued of after) await enqueue(world, queued.pull, queued.by);
}

/** What GitHub does with the first group when its required checks have passed: the base becomes its head. */
export async function landQueued(world: World, pull: Pull): Promise<void> {
  const { queue, folder } = pull.repository;
  const first = queue.find((queued) => queued.base === pull.base.ref);
  if (first?.pull !== pull) throw new Refusal(405, 'Pull Request is not the first of the merge queue');
  if (checksState(world, pull, first.head).some((state) => state !== 'passed')) {
    throw new Refusal(405, 'Required status checks have not all passed on the merge group.');
  }
  await git(folder, ['update-ref', `refs/heads/${first.base}`, first.head, first.parent]);
  queue.splice(queue.indexOf(first), 1);
  await merged(world, pull, first.by, first.parent, first.head);
  await destroy(world, first, 'merged');
}

async function destroy(
  world: World,
  queued: Queued,
  reason: 'merged' | 'invalidated' | 'dequeued',
): Promise<void> {
  const { repository } = queued.pull;
  const body = { reason, merge_group: await mergeGroup(queued) };
  await git(repository.folder, ['update-ref', '-d', `refs/heads/${queued.branch}`]);
  publish(world, { event: 'merge_group', action: 'destroyed', repository, sender: queued.by, body });
}
