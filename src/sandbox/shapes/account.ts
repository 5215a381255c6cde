import type { Account, Team } from '../model.ts';
import type { World } from '../world.ts';

export type Json = Record<string, unknown>;

/** Base64 of "kind:id": opaque to clients, as GitHub's node ids are. */
export function nodeId(kind: string, id: number): string {
  return Buffer.from(`${kind}:${id}`).toString('base64');
}

/** The number in a node id of this kind; null for any other text. */
export function numberOfNode(kind: string, node: string): number | null {
  const [, of, number] = /^(\w+):(\d+)$/.exec(Buffer.from(node, 'base64').toString()) ?? [];
  return of === kind ? Number(number) : null;
}

/** GitHub's "simple user", the form in which people, organizations and bots stand inside other things. */
export function simpleUser(world: World, account: Account): Json {
  const api = `${world.apiUrl}/users/${encodeURIComponent(account.login)}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId('User', account.id),
    avatar_url: `${world.url}/avatars/${account.id}`,
    gravatar_id: '',
    url: api,
    html_url: `${world.url}/${account.login}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type: account.type,
    site_admin: false,
    user_view_type: 'public',
  };
}

/** A user by its own address: simple user and what only its own page shows. */
export function fullUser(world: World, account: Account): Json {
  return {
    ...simpleUser(world, account),
    name: account.name,
    company: null,
    blog: '',
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: [...world.repositories.values()].filter((each) => each.owner === account && !each.private)
      .length,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: account.createdAt.toISOString(),
    updated_at: account.createdAt.toISOString(),
  };
}

/** The organization as it stands in webhooks. */
export function organizationSimple(world: World, account: Account): Json {
  const api = `${world.apiUrl}/orgs/${account.login}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId('Organization', account.id),
    url: api,
    repos_url: `${api}/repos`,
    events_url: `${api}/events`,
    hooks_url: `${api}/hooks`,
    issues_url: `${api}/issues`,
    members_url: `${api}/members{/member}`,
    public_members_url: `${api}/public_members{/member}`,
    avatar_url: `${world.url}/avatars/${account.id}`,
    description: account.name,
  };
}

export function organizationFull(world: World, account: Account): Json {
  return {
    ...organizationSimple(world, account),
    name: account.name ?? account.login,
    has_organization_projects: false,
    has_repository_projects: false,
    public_repos: [...world.repositories.values()].filter((each) => each.owner === account).length,
    public_gists: 0,
    followers: 0,
    following: 0,
    html_url: `${world.url}/${account.login}`,
    type: 'Organization',
    created_at: account.createdAt.toISOString(),
    updated_at: account.createdAt.toISOString(),
    archived_at: null,
  };
}

export function teamFull(world: World, team: Team): Json {
  const api = `${world.apiUrl}/organizations/${team.organization.id}/team/${team.id}`;
  return {
    id: team.id,
    node_id: nodeId('Team', team.id),
    url: api,
    html_url: `${world.url}/orgs/${team.organization.login}/teams/${team.slug}`,
    name: team.slug,
    slug: team.slug,
    description: null,
    privacy: 'closed',
    notification_setting: 'notifications_enabled',
    permission: 'pull',
    members_url: `${api}/members{/member}`,
    repositories_url: `${api}/repos`,
    parent: null,
    members_count: team.members.size,
    repos_count: 0,
    created_at: team.organization.createdAt.toISOString(),
    updated_at: team.organization.createdAt.toISOString(),
    organization: organizationFull(world, team.organization),
    type: 'organization',
  };
}
