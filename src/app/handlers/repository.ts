import type { Context } from 'probot';
import type { Desk } from '../desk.ts';
import type { events } from '../events.ts';
import { moveRepository } from '../moved.ts';

type Event = (typeof events.move)[number];

/** A repository was renamed, or went to another owner: its pull requests are known by the new name from now on. */
export async function onRepository(desk: Desk, context: Context<Event>): Promise<void> {
  const { payload } = context;
  const { repository, installation } = payload;
  if (installation === undefined) return;
  await moveRepository(desk, earlierName(payload), repository.full_name, installation.id);
  desk.wake();
}

function earlierName(payload: Context<Event>['payload']): string {
  const { repository } = payload;
  if (payload.action === 'renamed')
    return `${repository.owner.login}/${payload.changes.repository.name.from}`;
  const { user, organization } = payload.changes.owner.from;
  return `${(organization ?? user)?.login ?? ''}/${repository.name}`;
}
