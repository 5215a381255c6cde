import { randomBytes } from 'node:crypto';
import { JitError } from '../../errors.ts';
import { actionsAppId, addApp, install, installationToken } from '../domain/apps.ts';
import { addAccount, addTeam, asRole, renameAccount, someone, userToken } from '../domain/people.ts';
import { addRepository, forkRepository } from '../domain/repositories.ts';
import type { Setup } from '../sandbox.ts';
import { sameName, type World } from '../world.ts';
import { appNumbered, repositoryNamed } from './find.ts';

/** Makes what a test or the demo starts from. Nothing here sends a webhook but `installation`. */
export function setup(world: World): Setup {
  return {
    ...people(world),
    ...repositories(world),
    ...apps(world),
    token: (login) => userToken(world, someone(world, login)),
  };
}

function people(world: World): Pick<Setup, 'user' | 'bot' | 'rename' | 'suspend' | 'organization' | 'team'> {
  return {
    user(login, name) {
      addAccount(world, login, 'User', name ?? null);
    },
    bot(login) {
      addAccount(world, login, 'Bot');
    },
    rename: (login, to) => renameAccount(world, someone(world, login), to),
    suspend(login, suspended = true) {
      someone(world, login).suspended = suspended;
    },
    organization(login, members = {}) {
      const account = addAccount(world, login, 'Organization');
      const roles = Object.entries(members).map(
        ([member, role]) => [someone(world, member).id, role] as const,
      );
      world.memberships.set(account.id, new Map(roles));
    },
    team(organization, slug, options = {}) {
      const owner = someone(world, organization);
      const parent = options.parent
        ? world.teams.find((each) => each.organization === owner && sameName(each.slug, options.parent ?? ''))
        : null;
      if (parent === undefined)
        throw new JitError('sandbox-setup', `there is no team ${options.parent ?? ''}`);
      const team = addTeam(world, owner, slug, parent);
      for (const login of options.members ?? []) team.members.set(someone(world, login).id, 'member');
      for (const [name, role] of Object.entries(options.repositories ?? {})) {
        team.repositories.set(repositoryNamed(world, name).id, asRole(role));
      }
    },
  };
}

function repositories(world: World): Pick<Setup, 'repository' | 'fork' | 'collaborator' | 'protect'> {
  return {
    async repository(fullName, options = {}) {
      const [owner = '', name = ''] = fullName.split('/');
      const collaborators = Object.entries(options.collaborators ?? {}).map(
        ([login, role]) => [someone(world, login).id, asRole(role)] as const,
      );
      const repository = await addRepository(world, {
        owner: someone(world, owner),
        name,
        private: options.private ?? true,
        defaultBranch: options.defaultBranch ?? 'main',
        files: options.files ?? { 'README.md': `# ${name}\n` },
        collaborators: new Map(collaborators),
        secrets: options.secrets ?? {},
      });
      for (const [branch, checks] of Object.entries(options.protect ?? {})) {
        repository.protection.set(branch, checks);
      }
    },
    async fork(fullName, owner) {
      await forkRepository(world, repositoryNamed(world, fullName), someone(world, owner));
    },
    collaborator(fullName, login, role) {
      const { collaborators } = repositoryNamed(world, fullName);
      const { id } = someone(world, login);
      if (role === null) collaborators.delete(id);
      else collaborators.set(id, asRole(role));
    },
    protect(fullName, branch, checks) {
      repositoryNamed(world, fullName).protection.set(branch, checks);
      world.changed();
    },
  };
}

function apps(
  world: World,
): Pick<Setup, 'app' | 'webhook' | 'installation' | 'installationToken' | 'jobToken'> {
  return {
    app: (options) =>
      addApp(world, {
        slug: options.slug,
        name: options.name ?? options.slug,
        owner: someone(world, options.owner),
        id: options.id ?? world.nextId(),
        permissions: options.permissions,
        events: options.events,
        webhook: options.webhook ?? null,
      }),
    webhook(appId, webhook) {
      appNumbered(world, appId).webhook = webhook;
    },
    installation(appId, account, names) {
      const only = names?.map((name) => repositoryNamed(world, name)) ?? null;
      return install(world, appNumbered(world, appId), someone(world, account), only).id;
    },
    installationToken(installationId, options = {}) {
      const installation = world.installations.get(installationId);
      if (!installation) throw new JitError('sandbox-setup', `there is no installation ${installationId}`);
      const ids = options.repositories?.map((name) => repositoryNamed(world, name).id);
      return installationToken(
        world,
        installation,
        options.permissions ?? installation.app.permissions,
        ids ? new Set(ids) : installation.repositories,
      ).token;
    },
    jobToken(fullName, permissions) {
      const token = `ghs_${actionsAppId}_${randomBytes(48).toString('base64url')}`;
      world.tokens.set(token, {
        kind: 'job',
        app: appNumbered(world, actionsAppId),
        repository: repositoryNamed(world, fullName),
        permissions: { metadata: 'read', ...permissions },
        runId: 0,
      });
      return token;
    },
  };
}
