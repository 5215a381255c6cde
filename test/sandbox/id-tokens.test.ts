import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { JobRequest } from '../../src/sandbox/contract.ts';
import { scriptedRunner } from './help/runner.ts';
import { scene } from './help/scene.ts';

const workflow = (permissions: string) => `name: ci
on: pull_request
jobs:
  test:
    permissions: { ${permissions} }
    runs-on: ubuntu-latest
`;
const files = (permissions: string) => ({ '.github/workflows/ci.yml': workflow(permissions) });

/** Asks as a job does: its own request token, and the audience in the address. */
async function ask(job: JobRequest, audience: string): Promise<Response> {
  assert.ok(job.idToken);
  const url = new URL(job.idToken.url);
  url.searchParams.set('audience', audience);
  return fetch(url, { headers: { authorization: `bearer ${job.idToken.token}` } });
}

test('a job with `id-token: write` gets tokens that name it, signed by the published keys, for as long as it runs', async () => {
  const seen: { job: JobRequest; token: string }[] = [];
  const runner = scriptedRunner(async (job) => {
    const answer = await ask(job, 'https://app.example');
    const { value } = (await answer.json()) as { value: string };
    seen.push({ job, token: value });
    return 'success';
  });
  await using stage = await scene({ runner, files: files('id-token: write') });
  const { sandbox } = stage;
  await sandbox.act.push('acme/shop', 'wanda', { branch: 'b', from: 'main', files: { 'a.ts': 'a' } });
  const pull = await sandbox.act.openPull('acme/shop', 'wanda', { head: 'b', title: 'B' });
  await sandbox.idle();
  const [first] = seen;
  assert.ok(first);
  const issuer = `${sandbox.url}/_services/token`;
  const found = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as {
    issuer: string;
    jwks_uri: string;
  };
  assert.equal(found.issuer, issuer);
  const { payload } = await jwtVerify(first.token, createRemoteJWKSet(new URL(found.jwks_uri)), {
    issuer,
    audience: 'https://app.example',
    algorithms: ['RS256'],
  });
  assert.equal(payload.repository, 'acme/shop');
  assert.equal(payload.repository_id, String(first.job.repositoryId));
  assert.equal(payload.run_id, String(first.job.runId));
  assert.equal(payload.run_attempt, '1');
  assert.equal(payload.ref, `refs/pull/${pull.number}/merge`);
  assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 300);
  assert.equal((await ask(first.job, 'https://app.example')).status, 401, 'the job is over');
});

test('a job that does not ask for it, one of a fork and one of Dependabot get none', async () => {
  const seen: JobRequest[] = [];
  const runner = scriptedRunner(async (job) => {
    seen.push(job);
    return 'success';
  });
  await using stage = await scene({ runner, files: files('id-token: write, contents: write') });
  const { sandbox } = stage;
  sandbox.create.collaborator('acme/shop', 'mallory', 'read');
  await sandbox.create.fork('acme/shop', 'mallory');
  await sandbox.act.push('mallory/shop', 'mallory', { branch: 'b', from: 'main', files: { 'a.ts': 'a' } });
  await sandbox.act.openPull('acme/shop', 'mallory', { head: 'mallory:b', title: 'B' });
  sandbox.create.user('dependabot[bot]');
  sandbox.create.collaborator('acme/shop', 'dependabot[bot]', 'write');
  await sandbox.act.push('acme/shop', 'dependabot[bot]', {
    branch: 'c',
    from: 'main',
    files: { 'a.ts': 'a' },
  });
  await sandbox.act.openPull('acme/shop', 'dependabot[bot]', { head: 'c', title: 'C' });
  await sandbox.idle();
  assert.deepEqual(
    seen.map(({ actor, idToken, secrets }) => [actor, idToken, secrets]),
    [
      ['mallory', null, {}],
      ['dependabot[bot]', null, {}],
    ],
  );
  await sandbox.act.push('acme/shop', 'wanda', {
    branch: 'd',
    from: 'main',
    files: files('contents: read'),
  });
  await sandbox.act.openPull('acme/shop', 'wanda', { head: 'd', title: 'D' });
  await sandbox.idle();
  assert.equal(seen.at(-1)?.actor, 'wanda');
  assert.equal(seen.at(-1)?.idToken, null);
});
