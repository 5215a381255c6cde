import { randomBytes } from 'node:crypto';
import { covers, installationOn, installationToken } from '../../domain/apps.ts';
import { redeemCode } from '../../domain/manifests.ts';
import { notFound, Refusal } from '../../domain/refusal.ts';
import { isoSeconds } from '../../git/read.ts';
import type { App, Installation, Permissions, Repository } from '../../model.ts';
import { installationShape, integration } from '../../shapes/app.ts';
import { repositoryFull } from '../../shapes/repository.ts';
import { sameName } from '../../world.ts';
import type { Call } from '../call.ts';
import { rateOf } from '../rate-limit.ts';
import { counted, created, type Handler, ok, paged } from '../reply.ts';

function installationsOf(call: Call, app: App): Installation[] {
  return [...call.world.installations.values()].filter((each) => each.app === app);
}

function ownInstallation(call: Call): Installation {
  const found = call.world.installations.get(call.id('installation_id'));
  if (!found || found.app !== call.jwtApp) throw notFound();
  return found;
}

function installationOf(call: Call, login: string): Installation {
  const found = installationsOf(call, call.jwtApp).find((each) => sameName(each.account.login, login));
  if (!found) throw notFound();
  return found;
}

const order = ['read', 'write', 'admin'] as const;

/** Permissions of a token: those of the app, or the fewer that were asked for. */
function narrowed(app: App, asked: unknown): Permissions {
  if (typeof asked !== 'object' || asked === null) return app.permissions;
  const permissions: Record<string, 'read' | 'write' | 'admin'> = { metadata: 'read' };
  for (const [name, level] of Object.entries(asked)) {
    const wanted = order.find((each) => each === level);
    const has = app.permissions[name];
    if (!wanted || !has || order.indexOf(wanted) > order.indexOf(has)) {
      throw new Refusal(422, 'The permissions requested are not granted to this installation.');
    }
    permissions[name] = wanted;
  }
  return permissions;
}

function chosen(call: Call, installation: Installation): Repository[] | null {
  const names = Array.isArray(call.body.repositories) ? call.body.repositories.map(String) : null;
  const ids = Array.isArray(call.body.repository_ids) ? call.body.repository_ids.map(Number) : null;
  if (!names && !ids) return null;
  const all = [...call.world.repositories.values()].filter((each) => covers(installation, each));
  const wanted = [
    ...(names ?? []).map((name) => all.find((each) => sameName(each.name, name))),
    ...(ids ?? []).map((id) => all.find((each) => each.id === id)),
  ];
  return wanted.map((each) => {
    if (each) return each;
    throw new Refusal(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  });
}

export const appHandlers: Readonly<Record<string, Handler>> = {
  'apps/get-authenticated': (call) =>
    ok({
      ...integration(call.world, call.jwtApp),
      installations_count: installationsOf(call, call.jwtApp).length,
    }),
  'apps/get-by-slug': (call) => {
    const app = [...call.world.apps.values()].find((each) => each.slug === call.word('app_slug'));
    if (!app) throw notFound();
    return ok(integration(call.world, app));
  },
  'apps/create-from-manifest': (call) => {
    const app = redeemCode(call.world, call.word('code'));
    if (!app) throw notFound();
    return created({
      ...integration(call.world, app),
      client_id: app.clientId,
      client_secret: randomBytes(20).toString('hex'),
      webhook_secret: app.webhook?.secret ?? null,
      pem: app.privateKey,
    });
  },
  'apps/list-installations': (call) =>
    paged(call, installationsOf(call, call.jwtApp), (each) => installationShape(call.world, each)),
  'apps/get-installation': (call) => ok(installationShape(call.world, ownInstallation(call))),
  'apps/get-repo-installation': (call) => {
    const app = call.jwtApp;
    const repository = call.world.repository(call.word('owner'), call.word('repo'));
    const found = repository ? installationOn(call.world, app, repository) : null;
    if (!found) throw notFound();
    return ok(installationShape(call.world, found));
  },
  'apps/get-org-installation': (call) =>
    ok(installationShape(call.world, installationOf(call, call.word('org')))),
  'apps/get-user-installation': (call) =>
    ok(installationShape(call.world, installationOf(call, call.word('username')))),
  'apps/create-installation-access-token': (call) => {
    const installation = ownInstallation(call);
    const permissions = narrowed(installation.app, call.body.permissions);
    const only = chosen(call, installation);
    const ids = only ? new Set(only.map((each) => each.id)) : installation.repositories;
    const { token, expiresAt } = installationToken(call.world, installation, permissions, ids);
    return created({
      token,
      expires_at: isoSeconds(expiresAt),
      permissions,
      repository_selection: ids ? 'selected' : 'all',
      ...(only ? { repositories: only.map((each) => repositoryFull(call.world, each)) } : {}),
    });
  },
  'apps/list-repos-accessible-to-installation': (call) => {
    const token = call.viewer.kind === 'token' ? call.viewer.token : null;
    if (!token || token.kind === 'user')
      throw new Refusal(
        403,
        'You must authenticate with an installation access token in order to list repositories.',
      );
    const all = [...call.world.repositories.values()].filter((each) =>
      token.kind === 'job'
        ? each === token.repository
        : covers(token.installation, each) && (token.repositories?.has(each.id) ?? true),
    );
    return paged(
      call,
      all,
      (each) => repositoryFull(call.world, each),
      (shown, total) => ({ ...counted('repositories')(shown, total), repository_selection: 'all' }),
    );
  },
  'rate-limit/get': (call) => {
    const core = rateOf(call.world, call.credential);
    return ok({ resources: { core, search: core }, rate: core });
  },
};
