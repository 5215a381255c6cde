import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Account, App, Installation, Permissions, Repository } from '../model.ts';
import { installationShape } from '../shapes/app.ts';
import { repositoryMinimal } from '../shapes/repository.ts';
import { publishTo } from '../webhooks/publish.ts';
import type { World } from '../world.ts';
import { addAccount } from './people.ts';

/** GitHub Actions' own app: GITHUB_TOKEN is an installation token of it, and all jobs' checks are its. */
export const actionsAppId = 15368;

/** GitHub Actions' own app; startSandbox makes it before anything else. */
export function actionsApp(world: World): App {
  const app = world.apps.get(actionsAppId);
  if (!app) throw new Error('the Actions app belongs to every sandbox');
  return app;
}

export interface AppRequest {
  readonly slug: string;
  readonly name: string;
  readonly owner: Account;
  readonly id: number;
  readonly permissions: Permissions;
  readonly events: readonly string[];
  readonly webhook: { readonly url: string; readonly secret: string } | null;
}

/** GitHub Actions' own app is nobody's: no JWT of it is ever accepted. */
const noKeys = { privateKey: '', publicKey: '' };

function newKeys(): { readonly privateKey: string; readonly publicKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
}

export function addApp(world: World, request: AppRequest): App {
  const keys = request.id === actionsAppId ? noKeys : newKeys();
  const app: App = {
    id: request.id,
    slug: request.slug,
    name: request.name,
    owner: request.owner,
    bot: addAccount(world, `${request.slug}[bot]`, 'Bot'),
    clientId: `Iv23${randomBytes(8).toString('hex')}`,
    privateKey: keys.privateKey,
    publicKey: keys.publicKey,
    permissions: { metadata: 'read', ...request.permissions },
    events: request.events,
    createdAt: world.now(),
    externalUrl: `${world.url}/apps/${request.slug}`,
    webhook: request.webhook,
  };
  world.apps.set(app.id, app);
  return app;
}

export function install(
  world: World,
  app: App,
  account: Account,
  repositories: readonly Repository[] | null,
): Installation {
  const installation: Installation = {
    id: world.nextId(),
    app,
    account,
    repositories: repositories ? new Set(repositories.map((each) => each.id)) : null,
    createdAt: world.now(),
  };
  world.installations.set(installation.id, installation);
  const covered = [...world.repositories.values()].filter((each) => covers(installation, each));
  publishTo(world, installation, 'installation', 'created', null, account, {
    installation: { ...installationShape(world, installation) },
    repositories: covered.map((each) => {
      const { id, node_id, name, full_name, private: hidden } = repositoryMinimal(world, each);
      return { id, node_id, name, full_name, private: hidden };
    }),
    requester: null,
  });
  return installation;
}

export function covers(installation: Installation, repository: Repository): boolean {
  return installation.account === repository.owner && (installation.repositories?.has(repository.id) ?? true);
}

export function installationOn(world: World, app: App, repository: Repository): Installation | null {
  for (const each of world.installations.values()) {
    if (each.app === app && covers(each, repository)) return each;
  }
  return null;
}

/** Length and form of installation tokens are not promised: since 2026 they are `ghs_APPID_…`, longer than 40. */
export function installationToken(
  world: World,
  installation: Installation,
  permissions: Permissions,
  repositories: ReadonlySet<number> | null,
): { readonly token: string; readonly expiresAt: Date } {
  const token = `ghs_${installation.app.id}_${randomBytes(48).toString('base64url')}`;
  const expiresAt = new Date(world.now().getTime() + 60 * 60 * 1000);
  world.tokens.set(token, {
    kind: 'installation',
    app: installation.app,
    installation,
    permissions,
    repositories,
    expiresAt,
  });
  return { token, expiresAt };
}
