import { randomBytes } from 'node:crypto';
import { JitError } from '../../errors.ts';
import type { Account, BaseRole, Role, Team } from '../model.ts';
import { roles } from '../model.ts';
import type { World } from '../world.ts';

/** Adds a person, an organization or a bot. Logins are unique without regard to case. */
export function addAccount(
  world: World,
  login: string,
  type: Account['type'],
  name: string | null = null,
): Account {
  if (world.account(login))
    throw new JitError('sandbox-setup', `the login ${login} is taken; choose another`);
  const account: Account = {
    id: world.nextId(),
    login,
    type,
    name,
    createdAt: world.now(),
    suspended: false,
  };
  world.accounts.set(login.toLowerCase(), account);
  return account;
}

/** The number stays, the old login is free for anybody. */
export function renameAccount(world: World, account: Account, login: string): void {
  if (world.account(login))
    throw new JitError('sandbox-setup', `the login ${login} is taken; choose another`);
  world.accounts.delete(account.login.toLowerCase());
  account.login = login;
  world.accounts.set(login.toLowerCase(), account);
}

/** The account of that login, which must exist. */
export function someone(world: World, login: string): Account {
  const account = world.account(login);
  if (account) return account;
  throw new JitError('sandbox-setup', `there is no account ${login} in the sandbox; create it first`);
}

export function addTeam(world: World, organization: Account, slug: string, parent: Team | null): Team {
  const team: Team = {
    id: world.nextId(),
    slug,
    organization,
    parent,
    members: new Map(),
    repositories: new Map(),
  };
  world.teams.push(team);
  return team;
}

/** A role by its name; any other name is a custom role, on top of the one given. */
export function asRole(role: string | Role): Role {
  if (typeof role !== 'string') return role;
  const base = roles.find((each): each is BaseRole => each === role);
  if (base) return { name: base, base };
  throw new JitError(
    'sandbox-setup',
    `expected one of ${roles.join(', ')} or { name, base } for a custom role; met ${JSON.stringify(role)}`,
  );
}

/** A personal token: may do what the person may do. */
export function userToken(world: World, user: Account): string {
  const token = `ghp_${randomBytes(18).toString('hex')}`;
  world.tokens.set(token, { kind: 'user', user });
  return token;
}
