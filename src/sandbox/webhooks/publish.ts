import type { Account, App, Installation, Repository } from '../model.ts';
import { type Json, nodeId, organizationSimple, simpleUser } from '../shapes/account.ts';
import { repositoryFull } from '../shapes/repository.ts';
import type { World } from '../world.ts';
import { deliver } from './deliver.ts';

export interface WebhookEvent {
  readonly event: string;
  readonly action: string | null;
  readonly repository: Repository;
  readonly sender: Account;
  /** Fields besides action, repository, organization, installation and sender. */
  readonly body: Json;
  /** requested_action and rerequested go only to the app that owns the check run. */
  readonly only?: App;
}

/** Everything that an event carries for every app, without `installation`. */
export function payloadOf(world: World, event: WebhookEvent): Json {
  const { owner } = event.repository;
  return {
    ...(event.action === null ? {} : { action: event.action }),
    ...event.body,
    repository: repositoryFull(world, event.repository),
    ...(owner.type === 'Organization' ? { organization: organizationSimple(world, owner) } : {}),
    sender: simpleUser(world, event.sender),
  };
}

/** Sends an event to every app that is installed on the repository and listens to it. */
export function publish(world: World, event: WebhookEvent): void {
  const payload = payloadOf(world, event);
  for (const installation of world.installations.values()) {
    const { app, account, repositories } = installation;
    if (account !== event.repository.owner) continue;
    if (repositories && !repositories.has(event.repository.id)) continue;
    if (event.only ? event.only !== app : !listens(app, event.event)) continue;
    send(world, installation, event.event, event.action, event.repository, payload);
  }
  world.changed();
}

/** Sends an event to one installation, whatever it listens to (`installation` itself needs no subscription). */
export function publishTo(
  world: World,
  installation: Installation,
  event: string,
  action: string,
  repository: Repository | null,
  sender: Account,
  body: Json,
): void {
  const payload = { action, ...body, sender: simpleUser(world, sender) };
  send(world, installation, event, action, repository, payload);
}

function send(
  world: World,
  installation: Installation,
  event: string,
  action: string | null,
  repository: Repository | null,
  payload: Json,
): void {
  deliver(world, {
    app: installation.app,
    event,
    action,
    installationId: installation.id,
    repositoryId: repository?.id ?? null,
    payload: {
      installation: { id: installation.id, node_id: nodeId('Installation', installation.id) },
      ...payload,
    },
  });
}

/** Apps with write access to checks get check_run and check_suite without asking. */
function listens(app: App, event: string): boolean {
  if (event === 'check_run' || event === 'check_suite') return app.permissions.checks === 'write';
  return app.events.includes(event);
}
