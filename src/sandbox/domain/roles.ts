import { type Account, type BaseRole, type Repository, type Role, roles, type Team } from '../model.ts';
import type { World } from '../world.ts';

function rank(role: Role): number {
  return roles.indexOf(role.base);
}

/** The strongest of all that a person is given: owner, collaborator, teams, membership, public. Null: nothing. */
export function roleOf(world: World, repository: Repository, account: Account): Role | null {
  const given: Role[] = [];
  const give = (base: BaseRole) => given.push({ name: base, base });
  if (repository.owner === account) give('admin');
  const collaborator = repository.collaborators.get(account.id);
  if (collaborator) given.push(collaborator);
  const membership = world.memberships.get(repository.owner.id)?.get(account.id);
  if (membership) give(membership === 'admin' ? 'admin' : 'read');
  for (const team of world.teams) {
    const role = team.repositories.get(repository.id);
    if (role && teamMember(world, team, account)) given.push(role);
  }
  if (!repository.private && account.type === 'User') give('read');
  return given.reduce<Role | null>((best, each) => (best && rank(best) >= rank(each) ? best : each), null);
}

/** Membership of a team, child teams included. */
export function teamMember(world: World, team: Team, account: Account): 'member' | 'maintainer' | null {
  const own = team.members.get(account.id);
  if (own) return own;
  for (const child of world.teams) {
    if (child.parent === team && teamMember(world, child, account)) return 'member';
  }
  return null;
}

export function atLeast(role: Role | null, base: BaseRole): boolean {
  return role !== null && rank(role) >= roles.indexOf(base);
}

/** The old `permission` word, which hides maintain and triage. */
export function legacyPermission(role: Role | null): 'admin' | 'write' | 'read' | 'none' {
  if (!role) return 'none';
  const words = { admin: 'admin', maintain: 'write', write: 'write', triage: 'read', read: 'read' } as const;
  return words[role.base];
}

/** What comments call the author. Says nothing of access, as on GitHub. */
export function associationOf(world: World, repository: Repository, account: Account): string {
  if (repository.owner === account) return 'OWNER';
  if (world.memberships.get(repository.owner.id)?.has(account.id)) return 'MEMBER';
  if (repository.collaborators.has(account.id)) return 'COLLABORATOR';
  const merged = [...repository.pulls.values()].some((pull) => pull.author === account && pull.mergedAt);
  return merged ? 'CONTRIBUTOR' : 'NONE';
}
