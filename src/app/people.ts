import type { Person } from '../approval/authority.ts';
import type { AppGitHub } from '../github/port.ts';

/**
 * Who somebody is now. The number is the person: a login may have changed since the command was given, and
 * may be somebody else's by now. `teams` are the `org/slug` names about which the policy asks.
 */
export async function personNow(
  github: Pick<AppGitHub, 'account' | 'permission' | 'inTeam'>,
  repository: string,
  who: { readonly login: string; readonly id: number },
  teams: readonly string[],
): Promise<Person> {
  const account = await github.account(who.id);
  const nobody = { ...who, type: 'User', suspended: true, roleName: null, baseRole: null, teams: [] };
  if (account === null || account.suspended) return nobody;
  const { login } = account;
  const found = await github.permission(repository, login);
  // renamed once more between the two questions: whoever has the login now is not the one who asked
  if (found.id !== who.id) return { ...nobody, suspended: false, type: found.type };
  const memberships = await Promise.all(
    teams.map(async (team) => {
      const [organization = '', slug = ''] = team.split('/');
      return { team, member: await github.inTeam(organization, slug, login) };
    }),
  );
  return {
    login,
    id: who.id,
    type: found.type,
    roleName: found.roleName,
    baseRole: found.base,
    teams: memberships.flatMap(({ team, member }) => (member === true ? [team] : [])),
    unreadTeams: memberships.flatMap(({ team, member }) => (member === null ? [team] : [])),
  };
}
