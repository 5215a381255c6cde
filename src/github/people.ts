import * as z from 'zod';
import type { Client } from './client.ts';
import { GitHubError, split } from './client.ts';
import type { AppGitHub } from './port.ts';

const permissionSchema = z.object({
  permission: z.string(),
  role_name: z.string(),
  user: z
    .object({ id: z.int(), type: z.string(), permissions: z.record(z.string(), z.boolean()).optional() })
    .nullable(),
});
const accountSchema = z.object({ id: z.int(), login: z.string(), suspended_at: z.string().nullish() });
const commitSchema = z.object({ author: accountRef(), committer: accountRef() });
const membershipSchema = z.object({ state: z.string() });

export function peopleCalls(
  client: Client,
): Pick<AppGitHub, 'permission' | 'account' | 'inTeam' | 'namedInCommits'> {
  return {
    async permission(repository, login) {
      const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';
      const found = await client.maybe(permissionSchema, route, { ...split(repository), username: login });
      return {
        roleName: access(found?.role_name),
        base: baseRole(found?.user?.permissions ?? {}) ?? access(found?.permission),
        id: found?.user?.id ?? 0,
        type: found?.user?.type ?? 'Unknown',
      };
    },
    async account(id) {
      const found = await client.maybe(accountSchema, 'GET /user/{account_id}', { account_id: id });
      if (found === null) return null;
      return { login: found.login, suspended: typeof found.suspended_at === 'string' };
    },
    async inTeam(organization, slug, login) {
      const route = 'GET /orgs/{org}/teams/{team_slug}/memberships/{username}';
      const names = { org: organization, team_slug: slug, username: login };
      try {
        return (await client.maybe(membershipSchema, route, names))?.state === 'active';
      } catch (thrown) {
        if (thrown instanceof GitHubError && thrown.status === 403 && !thrown.isLimit) return null;
        throw thrown;
      }
    },
    async namedInCommits(repository, number) {
      const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits';
      const commits = await client.all(commitSchema, route, { ...split(repository), pull_number: number });
      const named = commits.flatMap(({ author, committer }) => [author, committer]);
      return [...new Map(named.flatMap((one) => (one === null ? [] : [[one.id, one]]))).values()];
    },
  };
}

/** Null where a commit's e-mail belongs to no account; GitHub then answers null, or an empty object. */
function accountRef() {
  return z
    .union([z.object({ id: z.int(), login: z.string() }), z.object({}).transform(() => null)])
    .nullable();
}

/** The strongest of GitHub's five flags, under the name of its role. */
function baseRole(permissions: Readonly<Record<string, boolean>>): string | null {
  const names = { admin: 'admin', maintain: 'maintain', push: 'write', triage: 'triage', pull: 'read' };
  return Object.entries(names).find(([flag]) => permissions[flag] === true)?.[1] ?? null;
}

function access(name: string | undefined): string | null {
  return name === undefined || name === '' || name === 'none' ? null : name;
}
