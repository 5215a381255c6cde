import type { Context } from 'probot';
import { readExternalId } from '../../approval/check-names.ts';
import type { Desk } from '../desk.ts';
import { receive } from '../receive.ts';

/** GitHub's own "Re-run" link on a check of ours: everything is read and compared again. */
export async function onRerequested(desk: Desk, context: Context<'check_run.rerequested'>): Promise<void> {
  const { check_run: check, repository } = context.payload;
  const number = readExternalId(check.external_id)?.pullRequest;
  if (check.app?.id !== desk.appId || number === undefined) return;
  await receive(desk, context, { repository: repository.full_name, number }, []);
}
