import assert from 'node:assert/strict';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { refused } from './help/refused.ts';
import { octokitFor, permissions, scene } from './help/scene.ts';

const repo = { owner: 'acme', repo: 'shop' };

function jwt(key: string, claims: Record<string, unknown>, alg = 'RS256'): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg, typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
}

async function appStatus(apiUrl: string, token: string): Promise<number> {
  const response = await fetch(`${apiUrl}/app`, { headers: { authorization: `Bearer ${token}` } });
  await response.body?.cancel();
  return response.status;
}

test('an app is let in by a JWT signed with its own key, and by no other', async () => {
  await using it = await scene();
  const key = it.sandbox.world.apps.get(it.appId)?.privateKey ?? '';
  const now = Math.floor(Date.now() / 1000);
  const good = { iss: it.appId, iat: now - 30, exp: now + 300 };
  const { apiUrl } = it.sandbox;
  const foreign = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  }).privateKey;
  assert.equal(await appStatus(apiUrl, jwt(key, good)), 200);
  assert.equal(await appStatus(apiUrl, jwt(foreign, good)), 401);
  assert.equal(await appStatus(apiUrl, jwt(key, { ...good, exp: now + 3600 })), 401);
  assert.equal(await appStatus(apiUrl, jwt(key, { ...good, exp: now - 1 })), 401);
  assert.equal(await appStatus(apiUrl, jwt(key, { ...good, iss: 999 })), 404);
  assert.equal(await appStatus(apiUrl, jwt(key, { iat: now, exp: now + 60 })), 401);
  assert.equal(await appStatus(apiUrl, jwt(key, good, 'none')), 401);
});

test('an unknown token is 401, also where nobody at all would be let in', async () => {
  await using it = await scene();
  const unknown = octokitFor(it.sandbox, 'ghs_made_up');
  await refused(unknown.rest.repos.get(repo), 401, /Bad credentials/);
});

test('an installation token ends after an hour', async () => {
  await using it = await scene();
  const octokit = octokitFor(it.sandbox, it.sandbox.create.installationToken(it.installationId));
  await octokit.rest.repos.get(repo);
  it.sandbox.advance(61 * 60 * 1000);
  await refused(octokit.rest.repos.get(repo), 401, /Bad credentials/);
});

test('a token without a permission is refused by name, not with an empty answer', async () => {
  await using it = await scene();
  const token = it.sandbox.create.jobToken('acme/shop', { contents: 'read' });
  const octokit = octokitFor(it.sandbox, token);
  await octokit.rest.repos.getContent({ ...repo, path: 'README.md' });
  await refused(
    octokit.rest.checks.listForRef({ ...repo, ref: 'main' }),
    403,
    /not accessible by integration/,
  );
});

test('a token that only reads does not write', async () => {
  await using it = await scene();
  const token = it.sandbox.create.installationToken(it.installationId, {
    permissions: { checks: 'read', metadata: 'read' },
  });
  const octokit = octokitFor(it.sandbox, token);
  await octokit.rest.checks.listForRef({ ...repo, ref: 'main' });
  const sha = (await it.octokit.rest.git.getRef({ ...repo, ref: 'heads/main' })).data.object.sha;
  await refused(octokit.rest.checks.create({ ...repo, name: 'x', head_sha: sha }), 403, /not accessible/);
});

test('an app cannot ask for more than it was given', async () => {
  await using it = await scene();
  const asking = it.app.octokit.rest.apps.createInstallationAccessToken({
    installation_id: it.installationId,
    permissions: { ...permissions, contents: 'write' },
  });
  await refused(asking, 422, /not granted/);
});

test('a private repository does not exist for strangers, and for tokens of other repositories', async () => {
  await using it = await scene();
  await it.sandbox.create.repository('acme/other');
  const stranger = octokitFor(it.sandbox, it.sandbox.create.token('mallory'));
  await refused(stranger.rest.repos.get(repo), 404, /Not Found/);
  const narrow = it.sandbox.create.installationToken(it.installationId, { repositories: ['acme/other'] });
  await refused(octokitFor(it.sandbox, narrow).rest.repos.get(repo), 404, /Not Found/);
});

test('role_name tells maintain, triage and custom roles, which permission hides', async () => {
  await using it = await scene();
  const { create } = it.sandbox;
  create.collaborator('acme/shop', 'rita', 'triage');
  create.collaborator('acme/shop', 'wanda', { name: 'deployer', base: 'write' });
  const level = async (username: string) => {
    const { data } = await it.octokit.rest.repos.getCollaboratorPermissionLevel({ ...repo, username });
    return [data.permission, data.role_name];
  };
  assert.deepEqual(await level('alice'), ['write', 'maintain']);
  assert.deepEqual(await level('rita'), ['read', 'triage']);
  assert.deepEqual(await level('wanda'), ['write', 'deployer']);
  assert.deepEqual(await level('olga'), ['admin', 'admin']);
  assert.deepEqual(await level('mallory'), ['none', 'none']);
});

test('team membership counts child teams and is hidden from tokens without members: read', async () => {
  await using it = await scene();
  const { create } = it.sandbox;
  create.team('acme', 'data');
  create.team('acme', 'warehouse', { parent: 'data', members: ['wanda'] });
  const asked = { org: 'acme', team_slug: 'data', username: 'wanda' };
  assert.equal((await it.octokit.rest.teams.getMembershipForUserInOrg(asked)).data.state, 'active');
  await refused(
    it.octokit.rest.teams.getMembershipForUserInOrg({ ...asked, username: 'rita' }),
    404,
    /Not Found/,
  );
  const job = octokitFor(it.sandbox, create.jobToken('acme/shop', { contents: 'read' }));
  await refused(job.rest.teams.getMembershipForUserInOrg(asked), 403, /not accessible/);
});
