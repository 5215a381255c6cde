import { createHash } from 'node:crypto';
import type { Context } from 'probot';
import { readExternalId } from '../../approval/check-names.ts';
import { deliverySource } from '../../approval/source.ts';
import type { Desk } from '../desk.ts';
import { instant } from '../desk.ts';
import { receive } from '../receive.ts';

/** A button of one of our check runs; GitHub sends these only to the App that made the run. */
export async function onRequestedAction(
  desk: Desk,
  context: Context<'check_run.requested_action'>,
): Promise<void> {
  const { check_run: check, repository, sender, requested_action: requested } = context.payload;
  const number = readExternalId(check.external_id)?.pullRequest;
  if (check.app?.id !== desk.appId || number === undefined || requested?.identifier === undefined) return;
  await receive(desk, context, { repository: repository.full_name, number }, [
    {
      type: 'command',
      at: instant(desk),
      source: deliverySource(context.id),
      by: sender.login,
      byId: sender.id,
      byType: sender.type ?? 'Unknown',
      given: {
        via: 'button',
        checkRunId: check.id,
        identifier: requested.identifier.slice(0, 20),
        head: check.head_sha,
        digest: createHash('sha256').update(JSON.stringify(context.payload)).digest('hex'),
      },
    },
  ]);
}
