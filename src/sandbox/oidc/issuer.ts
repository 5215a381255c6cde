import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { Attempt, Job, Run } from '../run-model.ts';
import { fullName, type World } from '../world.ts';

/** Where a GitHub Enterprise Server issues ID tokens, below its own address. */
export const issuerPath = '/_services/token';

/** A job that may ask for ID tokens; GitHub knows it by the token it was given for that. */
export interface IdTokenHolder {
  readonly run: Run;
  readonly attempt: Attempt;
  readonly job: Job;
}

interface Keys {
  readonly kid: string;
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  readonly publicKey: JWK;
}

/** Seconds: GitHub's sample tokens live five minutes and are valid a little before they are issued. */
const lifetime = 300;
const before = 300;

/** Issues ID tokens for jobs with `id-token: write`, signed with a key of this sandbox's own. */
export class Issuer {
  readonly holders = new Map<string, IdTokenHolder>();
  readonly #world: World;
  #keys: Promise<Keys> | null = null;

  constructor(world: World) {
    this.#world = world;
  }

  get url(): string {
    return `${this.#world.url}${issuerPath}`;
  }

  /** Public keys as a JWKS. */
  async keys(): Promise<{ readonly keys: readonly JWK[] }> {
    const { publicKey } = await this.#own();
    return { keys: [publicKey] };
  }

  /** A token for whoever holds the job's request token; `audience` defaults to the owner's address. */
  async issue(holder: IdTokenHolder, audience: string | null): Promise<string> {
    const now = Math.floor(this.#world.now().getTime() / 1000);
    return this.sign({
      ...claimsOf(holder),
      iss: this.url,
      aud: audience ?? `${this.#world.url}/${holder.run.repository.owner.login}`,
      jti: randomUUID(),
      nbf: now - before,
      iat: now,
      exp: now + lifetime,
    });
  }

  /** Any claims, signed: for tests of what no GitHub would issue. */
  async sign(claims: JWTPayload): Promise<string> {
    const { kid, privateKey } = await this.#own();
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid }).sign(privateKey);
  }

  #own(): Promise<Keys> {
    this.#keys ??= newKeys();
    return this.#keys;
  }
}

async function newKeys(): Promise<Keys> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const kid = randomUUID();
  return { kid, privateKey, publicKey: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
}

/** All values are texts, numbers too. Source: GitHub's OpenID Connect reference. */
function claimsOf({ run, attempt, job }: IdTokenHolder): Readonly<Record<string, string>> {
  const { repository } = run;
  const name = fullName(repository);
  const workflow = `${name}/${run.workflow.path}@${run.ref}`;
  const pull = run.eventName === 'pull_request';
  return {
    // repositories made since July 2026 carry their numbers in the subject
    sub: `repo:${repository.owner.login}@${repository.owner.id}/${repository.name}@${repository.id}:${pull ? 'pull_request' : `ref:${run.ref}`}`,
    actor: run.actor.login,
    actor_id: String(run.actor.id),
    base_ref: run.baseRef ?? '',
    check_run_id: String(job.checkRun.id),
    event_name: run.eventName,
    head_ref: run.headRef ?? '',
    job_workflow_ref: workflow,
    job_workflow_sha: run.sha,
    ref: run.ref,
    ref_type: 'branch',
    repository: name,
    repository_id: String(repository.id),
    repository_owner: repository.owner.login,
    repository_owner_id: String(repository.owner.id),
    repository_visibility: repository.private ? 'private' : 'public',
    run_attempt: String(attempt.number),
    run_id: String(run.id),
    run_number: String(run.number),
    runner_environment: 'self-hosted',
    sha: run.sha,
    workflow: run.workflow.name,
    workflow_ref: workflow,
    workflow_sha: run.sha,
  };
}
