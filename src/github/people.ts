import * as z from 'zod';
import type { Client } from './client.ts';
import { split } from './client.ts';
import type { AppGitHub } from './port.ts';

const permissionSchema = z.object({
  permission: z.string(),
  role_name: z.string(),
  user: z.object({ id: z.int(), type: z.string() }).nullable(),
});
const membershipSchema = z.object({ state: z.string() });

export function peopleCalls(client: Client): Pick<AppGitHub, 'permission' | 'inTeam'> {
  return {
    async permission(repository, login) {
      const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';
      const found = await client.maybe(permissionSchema, route, { ...split(repository), username: login });
      return {
        roleName: access(found?.role_name),
        base: access(found?.permission),
        id: found?.user?.id ?? 0,
        type: found?.user?.type ?? 'Unknown',
      };
    },
    async inTeam(organization, slug, login) {
      const found = await client.maybe(
        membershipSchema,
        'GET /orgs/{org}/teams/{team_slug}/memberships/{username}',
        { org: organization, team_slug: slug, username: login },
      );
      return found?.state === 'active';
    },
  };
}

function access(name: string | undefined): string | null {
  return name === undefined || name === '' || name === 'none' ? null : name;
}
