import type { Context } from 'probot';
import { queuedIn } from '../../approval/merge-group.ts';
import type { Desk } from '../desk.ts';
import { instant } from '../desk.ts';
import type { events } from '../events.ts';
import { receive } from '../receive.ts';

type Event = (typeof events.mergeGroup)[number];

/** Of a group only its commit is noted, with the pull request of which it was made; the rest is asked of GitHub. */
export async function onMergeGroup(desk: Desk, context: Context<Event>): Promise<void> {
  const { action, merge_group: group, repository } = context.payload;
  if (repository === undefined) return;
  const [branch, base] = [branchOf(group.head_ref), branchOf(group.base_ref)];
  const number = queuedIn(branch, base);
  if (number === null) return;
  const fact = {
    ...({ type: 'group', at: instant(desk), branch, base, head: group.head_sha } as const),
    ...{ members: null, pullHead: null, ended: false },
  };
  const key = { repository: repository.full_name, number };
  await receive(desk, context, key, action === 'checks_requested' ? [fact] : []);
}

function branchOf(ref: string): string {
  return ref.replace(/^refs\/heads\//, '');
}
