import { notFound, Refusal } from '../../domain/refusal.ts';
import { teamMember } from '../../domain/roles.ts';
import type { Account, Team } from '../../model.ts';
import {
  fullUser,
  organizationFull,
  organizationSimple,
  simpleUser,
  teamFull,
} from '../../shapes/account.ts';
import type { World } from '../../world.ts';
import { sameName } from '../../world.ts';
import type { Call } from '../call.ts';
import { type Handler, ok } from '../reply.ts';

function accountNumbered(world: World, id: number): Account | null {
  const found = [...world.accounts.values()].find((account) => account.id === id);
  return found === undefined || found.suspended ? null : found;
}

function organization(call: Call): Account {
  const found = call.world.account(call.word('org'));
  if (found?.type !== 'Organization') throw notFound();
  return found;
}

/** Teams and members are seen by members, and by installations on the organization with members: read. */
function seesMembers(call: Call, org: Account): void {
  if (call.viewer.kind !== 'token') throw new Refusal(401, 'Requires authentication');
  const { token } = call.viewer;
  const member = token.kind === 'user' && call.world.memberships.get(org.id)?.has(token.user.id);
  const app =
    token.kind === 'installation' && token.installation.account === org && token.permissions.members;
  if (member || app) return;
  if (token.kind === 'user') throw notFound();
  throw new Refusal(403, 'Resource not accessible by integration');
}

function team(call: Call): Team {
  const org = organization(call);
  seesMembers(call, org);
  const found = call.world.teams.find(
    (each) => each.organization === org && sameName(each.slug, call.word('team_slug')),
  );
  if (!found) throw notFound();
  return found;
}

export const peopleHandlers: Readonly<Record<string, Handler>> = {
  'users/get-authenticated': (call) => {
    if (call.viewer.kind !== 'token') throw new Refusal(401, 'Requires authentication');
    if (call.viewer.token.kind !== 'user') throw new Refusal(403, 'Resource not accessible by integration');
    return ok(fullUser(call.world, call.viewer.token.user));
  },
  'users/get-by-username': (call) => {
    const account = call.world.account(call.word('username'));
    if (!account || account.suspended) throw notFound();
    return ok(fullUser(call.world, account));
  },
  'users/get-by-id': (call) => {
    const account = accountNumbered(call.world, call.id('account_id'));
    if (!account) throw notFound();
    return ok(fullUser(call.world, account));
  },
  'orgs/get': (call) => ok(organizationFull(call.world, organization(call))),
  'orgs/get-membership-for-user': (call) => {
    const org = organization(call);
    seesMembers(call, org);
    const account = call.world.account(call.word('username'));
    const role = account ? call.world.memberships.get(org.id)?.get(account.id) : undefined;
    if (!account || !role) throw notFound();
    const url = `${call.world.apiUrl}/orgs/${org.login}`;
    return ok({
      url: `${url}/memberships/${account.login}`,
      state: 'active',
      role,
      organization_url: url,
      organization: organizationSimple(call.world, org),
      user: simpleUser(call.world, account),
    });
  },
  'teams/get-by-name': (call) => ok(teamFull(call.world, team(call))),
  'teams/get-membership-for-user-in-org': (call) => {
    const found = team(call);
    const account = call.world.account(call.word('username'));
    const role = account ? teamMember(call.world, found, account) : null;
    if (!account || !role) throw notFound();
    const url = `${call.world.apiUrl}/organizations/${found.organization.id}/team/${found.id}`;
    return ok({ url: `${url}/memberships/${account.login}`, role, state: 'active' });
  },
};
