import type { Person } from '../approval/authority.ts';
import type { AppGitHub } from '../github/port.ts';

/**
 * Who somebody is now. The number guards against a login that changed hands since the command was given.
 * `teams` are the `org/slug` names about which the policy asks.
 */
export async function personNow(
  github: Pick<AppGitHub, 'permission' | 'inTeam'>,
  repository: string,
  who: { readonly login: string; readonly id: number },
  teams: readonly string[],
): Promise<Person> {
  const found = await github.permission(repository, who.login);
  if (found.id !== who.id) {
    return { login: who.login, id: who.id, type: 'Unknown', roleName: null, baseRole: null, teams: [] };
  }
  const memberships = await Promise.all(
    [...new Set(teams)].map(async (team) => {
      const [organization = '', slug = ''] = team.split('/');
      return (await github.inTeam(organization, slug, who.login)) ? [team] : [];
    }),
  );
  return {
    login: who.login,
    id: who.id,
    type: found.type,
    roleName: found.roleName,
    baseRole: found.base,
    teams: memberships.flat(),
  };
}
