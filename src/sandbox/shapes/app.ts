import { isoSeconds } from '../git/read.ts';
import type { App, Delivery, Installation } from '../model.ts';
import type { World } from '../world.ts';
import { type Json, nodeId, simpleUser } from './account.ts';

export function integration(world: World, app: App): Json {
  return {
    id: app.id,
    slug: app.slug,
    node_id: nodeId('App', app.id),
    client_id: app.clientId,
    owner: simpleUser(world, app.owner),
    name: app.name,
    description: '',
    external_url: app.externalUrl,
    html_url: `${world.url}/apps/${app.slug}`,
    created_at: isoSeconds(app.createdAt),
    updated_at: isoSeconds(app.createdAt),
    permissions: app.permissions,
    events: [...app.events],
  };
}

export function installationShape(world: World, installation: Installation): Json {
  const { app, account } = installation;
  return {
    id: installation.id,
    node_id: nodeId('Installation', installation.id),
    client_id: app.clientId,
    account: simpleUser(world, account),
    repository_selection: installation.repositories ? 'selected' : 'all',
    access_tokens_url: `${world.apiUrl}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${world.apiUrl}/installation/repositories`,
    html_url: `${world.url}/settings/installations/${installation.id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: app.permissions,
    events: [...app.events],
    created_at: isoSeconds(installation.createdAt),
    updated_at: isoSeconds(installation.createdAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: null,
    suspended_at: null,
  };
}

export function deliveryItem(delivery: Delivery): Json {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: delivery.deliveredAt.toISOString(),
    redelivery: delivery.redelivery,
    duration: (delivery.duration ?? 0) / 1000,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}

export function deliveryFull(delivery: Delivery): Json {
  return {
    ...deliveryItem(delivery),
    url: delivery.url,
    request: { headers: delivery.headers, payload: delivery.payload },
    response: { headers: delivery.responseHeaders, payload: delivery.responseBody },
  };
}
