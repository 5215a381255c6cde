import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { suite, test } from 'node:test';
import { decodeJwt, decodeProtectedHeader, SignJWT, UnsecuredJWT } from 'jose';
import { livePaths } from '../../src/report/live.ts';
import type { JobRequest } from '../../src/sandbox/contract.ts';
import type { IdTokenHolder } from '../../src/sandbox/oidc/issuer.ts';
import { jobName, later, openStream, postHolds, tokenOf } from '../app/help/live-job.ts';
import { flaggedOf } from '../app/help/report.ts';
import { audience, repository, type Stage, stage } from '../app/help/stage.ts';

/** Whoever holds no token of exactly this running job posts nothing and hears nothing. */

interface Attack {
  readonly scene: Stage;
  readonly job: JobRequest;
  /** Of the job, as the sandbox's GitHub knows it: what differs is signed with GitHub's own key. */
  readonly holder: IdTokenHolder;
  readonly token: string;
}

/** Runs a test while a job of pull request 1 is under way. */
async function duringJob(attack: (given: Attack) => Promise<void>): Promise<void> {
  const started = later<JobRequest>();
  const goOn = later();
  await using scene = await stage({
    async during(job) {
      started.resolve(job);
      await goOn.promise;
    },
    suite: () => () => [],
  });
  const { act, world } = scene.sandbox;
  await act.push(repository, 'wanda', { branch: 'feature', from: 'main', files: { 'src/a.ts': 'a' } });
  await act.openPull(repository, 'wanda', { head: 'feature', title: 'Change' });
  const job = await started.promise;
  const holder = world.issuer.holders.get(job.idToken?.token ?? '');
  assert.ok(holder);
  try {
    await attack({ scene, job, holder, token: await tokenOf(job) });
  } finally {
    goOn.resolve();
    await scene.settle();
  }
}

const issuedFor = ({ scene }: Attack, holder: IdTokenHolder, of = audience) =>
  scene.sandbox.world.issuer.issue(holder, of);

const otherKey = generateKeyPairSync('rsa', { modulusLength: 2048 });

const tokens: Readonly<
  Record<
    string,
    { readonly make: (given: Attack) => Promise<string>; readonly status: number; readonly why: RegExp }
  >
> = {
  'for another audience': {
    make: (given) => issuedFor(given, given.holder, 'https://elsewhere.example'),
    status: 401,
    why: /"aud"/,
  },
  'for the default audience, which every other service accepts too': {
    make: ({ scene, holder }) => scene.sandbox.world.issuer.issue(holder, null),
    status: 401,
    why: /"aud"/,
  },
  'of another repository': {
    make: (given) => {
      const { run } = given.holder;
      return issuedFor(given, {
        ...given.holder,
        run: { ...run, repository: { ...run.repository, id: 666 } },
      });
    },
    status: 403,
    why: /another repository than the token's/,
  },
  'of another run': {
    make: (given) => issuedFor(given, { ...given.holder, run: { ...given.holder.run, id: 666 } }),
    status: 403,
    why: /its run does not exist/,
  },
  'of another attempt': {
    make: (given) => issuedFor(given, { ...given.holder, attempt: { ...given.holder.attempt, number: 2 } }),
    status: 403,
    why: /its attempt is over/,
  },
  'of another pull request': {
    make: async (given) => {
      const { act } = given.scene.sandbox;
      await act.push(repository, 'alice', { branch: 'other', from: 'main', files: { 'src/b.ts': 'b' } });
      const other = await act.openPull(repository, 'alice', { head: 'other', title: 'Other' });
      const ref = `refs/pull/${other.number}/merge`;
      return issuedFor(given, { ...given.holder, run: { ...given.holder.run, ref } });
    },
    status: 403,
    why: /pushed to since this run started/,
  },
  'of a run that no pull request started': {
    make: (given) =>
      issuedFor(given, {
        ...given.holder,
        run: { ...given.holder.run, eventName: 'push', ref: 'refs/heads/main' },
      }),
    status: 403,
    why: /not of a job of a pull request \(claims event_name, ref\)/,
  },
  'that expired a minute ago': {
    make: async ({ scene, token }) => resigned(scene, token, (now) => ({ exp: now - 60 })),
    status: 401,
    why: /"exp"/,
  },
  'that is valid from next minute on': {
    make: async ({ scene, token }) => resigned(scene, token, (now) => ({ nbf: now + 60 })),
    status: 401,
    why: /"nbf"/,
  },
  'without an end': {
    make: async ({ scene, token }) => resigned(scene, token, () => ({ exp: undefined })),
    status: 401,
    why: /"exp"/,
  },
  'of another issuer': {
    make: async ({ scene, token }) => resigned(scene, token, () => ({ iss: 'https://token.example' })),
    status: 401,
    why: /"iss"/,
  },
  'signed by another key under the same name': {
    make: ({ token }) =>
      new SignJWT(decodeJwt(token))
        .setProtectedHeader({ alg: 'RS256', kid: decodeProtectedHeader(token).kid ?? '' })
        .sign(otherKey.privateKey),
    status: 401,
    why: /signature/,
  },
  'signed by nobody': {
    make: async ({ token }) => new UnsecuredJWT(decodeJwt(token)).encode(),
    status: 401,
    why: /not valid here/,
  },
  'with a secret that is the public key': {
    make: async ({ scene, token }) => {
      const { keys } = await scene.sandbox.world.issuer.keys();
      return new SignJWT(decodeJwt(token))
        .setProtectedHeader({ alg: 'HS256', kid: decodeProtectedHeader(token).kid ?? '' })
        .sign(new TextEncoder().encode(JSON.stringify(keys[0])));
    },
    status: 401,
    why: /"alg"/,
  },
  'that is none': { make: async () => 'let-me-in', status: 401, why: /not valid here/ },
  'longer than any': {
    make: async () => `a.${'b'.repeat(9000)}.c`,
    status: 401,
    why: /longer/,
  },
};

/** GitHub's own signature over other times or another issuer, as no GitHub would give it. */
function resigned(
  scene: Stage,
  token: string,
  change: (now: number) => Record<string, unknown>,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = JSON.parse(JSON.stringify({ ...decodeJwt(token), ...change(now) }));
  return scene.sandbox.world.issuer.sign(claims);
}

suite('a token', () => {
  test('of anything but this very job neither posts nor hears', (t) =>
    duringJob(async (given) => {
      const { scene, job } = given;
      const posting = { job: jobName(job), holds: [flaggedOf(scene.del('7'))] };
      for (const [what, { make, status, why }] of Object.entries(tokens)) {
        await t.test(what, async () => {
          const token = await make(given);
          const posted = await postHolds(scene.app.url, token, posting);
          assert.equal(posted.status, status, JSON.stringify(posted.body));
          assert.match(String(posted.body.message), why);
          const heard = await openStream(scene.app.url, token, jobName(job));
          assert.equal(heard.status, status);
          await heard.body?.cancel();
          const facts = await scene.ledger.facts({ repository, number: 1 });
          assert.ok(facts.every((fact) => fact.type !== 'live'));
        });
      }
      assert.equal((await postHolds(scene.app.url, given.token, posting)).status, 200, 'its own does');
    }));

  test('of a job that is over neither posts nor hears', async () => {
    const tokens: string[] = [];
    await using scene = await stage({
      during: async (job) => void tokens.push(await tokenOf(job)),
      suite: () => () => [],
    });
    await scene.open();
    const posting = { job: 'test-0-1', holds: [flaggedOf(scene.del('7'))] };
    const posted = await postHolds(scene.app.url, tokens[0] ?? '', posting);
    assert.equal(posted.status, 403);
    assert.match(String(posted.body.message), /its attempt is over/);
    assert.equal((await openStream(scene.app.url, tokens[0] ?? '', 'test-0-1')).status, 403);
  });
});

test('no token at all, another method, another path: refused', () =>
  duringJob(async ({ scene, token }) => {
    const ask = (path: string, init: RequestInit) => fetch(`${scene.app.url}${path}`, init);
    const headers = { authorization: `Bearer ${token}` };
    assert.equal((await ask(livePaths.holds, { method: 'POST' })).status, 401);
    assert.equal((await ask(livePaths.decisions, {})).status, 400, 'no job named');
    assert.equal((await ask(`${livePaths.decisions}?job=a`, {})).status, 401);
    assert.equal((await ask(livePaths.holds, { headers })).status, 405);
    assert.equal((await ask(`${livePaths.decisions}?job=a`, { method: 'POST', headers })).status, 405);
    assert.equal((await ask('/api/live/other', { headers })).status, 404);
  }));
