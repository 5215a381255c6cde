import type { Context } from 'probot';
import type { Desk } from '../desk.ts';
import { instant } from '../desk.ts';
import type { events } from '../events.ts';
import { receive } from '../receive.ts';

type Event = (typeof events.pullRequest)[number];

/** The only thing that GitHub's API cannot tell later is who pushed; the rest is read again anyway. */
export async function onPullRequest(desk: Desk, context: Context<Event>): Promise<void> {
  const { action, pull_request: pull, repository, sender } = context.payload;
  const pushed = action === 'synchronize';
  const key = { repository: repository.full_name, number: pull.number };
  await receive(desk, context, key, [
    {
      type: 'pull',
      at: instant(desk),
      state: pull.state === 'closed' ? 'closed' : 'open',
      ...(pull.merged_at !== null && { merged: true }),
      ...(pull.draft && { draft: true }),
      head: pull.head.sha,
      base: pull.base.ref,
      author: pull.user?.login ?? 'ghost',
      ...(pull.user && { authorId: pull.user.id }),
      pushedBy: pushed ? sender.login : null,
      ...(pushed && { pushedById: sender.id }),
    },
  ]);
}
