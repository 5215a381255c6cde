import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import * as z from 'zod';
import { messageOf } from '../../errors.ts';
import { LiveRefusal } from './refusal.ts';

/** What an ID token of GitHub proves: its bearer is some process in this job's run and attempt. Never more. */
export interface Caller {
  readonly repository: string;
  readonly repositoryId: number;
  readonly runId: number;
  readonly attempt: number;
  readonly pullRequest: number;
}

export type VerifyIdToken = (token: string) => Promise<Caller>;

export interface IdTokenOptions {
  /** `https://token.actions.githubusercontent.com`, or `https://HOST/_services/token`. */
  readonly issuer: string;
  /** The App's own address: a token that a job gave to somebody else is no use here. */
  readonly audience: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Seconds by which GitHub's clock and ours may differ. */
const leeway = 30;
/** GitHub's tokens have about 2,000 characters. */
const longestToken = 8192;

const number = z
  .string()
  .regex(/^[1-9]\d{0,15}$/)
  .transform(Number);
const claimsSchema = z.object({
  repository: z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/),
  repository_id: number,
  run_id: number,
  run_attempt: number,
  event_name: z.literal('pull_request'),
  ref: z.string().regex(/^refs\/pull\/[1-9]\d{0,9}\/merge$/),
});
const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

/**
 * Verifies tokens by the issuer's published keys. `sub` is not looked at: it comes in several forms, and
 * `repository_id` says what it says.
 */
export function idTokenVerifier(options: IdTokenOptions): VerifyIdToken {
  const keys = remoteKeys(options.issuer);
  return async (token) => {
    if (token.length > longestToken) throw new LiveRefusal(401, 'The ID token is longer than any of GitHub.');
    const parsed = claimsSchema.safeParse(await payloadOf(token, await keys(), options));
    if (!parsed.success) {
      const claims = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
      throw new LiveRefusal(403, `The ID token is not of a job of a pull request (claims ${claims}).`);
    }
    const { repository, repository_id, run_id, run_attempt, ref } = parsed.data;
    return {
      repository,
      repositoryId: repository_id,
      runId: run_id,
      attempt: run_attempt,
      pullRequest: Number(ref.split('/')[2]),
    };
  };
}

type Keys = ReturnType<typeof createRemoteJWKSet>;

async function payloadOf(token: string, keys: Keys, options: IdTokenOptions): Promise<JWTPayload> {
  const { issuer, audience, now } = options;
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ['RS256'],
      clockTolerance: leeway,
      currentDate: new Date(now()),
      requiredClaims: ['exp', 'nbf', 'iat', 'jti'],
    });
    return payload;
  } catch (thrown) {
    throw refusalOf(thrown);
  }
}

/** Our own fault (no keys to be had) is told apart from the caller's, who may try again. */
function refusalOf(thrown: unknown): LiveRefusal {
  const callers =
    thrown instanceof errors.JOSEError &&
    !(thrown instanceof errors.JWKSTimeout) &&
    thrown.code !== 'ERR_JOSE_GENERIC';
  return callers
    ? new LiveRefusal(401, `The ID token is not valid here: ${messageOf(thrown)}.`)
    : new LiveRefusal(503, `The keys of GitHub's ID tokens could not be read: ${messageOf(thrown)}.`);
}

/** The issuer's keys, found through its discovery document at the first token and kept up to date from there. */
function remoteKeys(issuer: string): () => Promise<Keys> {
  let found: Promise<Keys> | null = null;
  return () => {
    found ??= discover(issuer);
    found.catch(() => {
      found = null;
    });
    return found;
  };
}

async function discover(issuer: string): Promise<Keys> {
  try {
    const answer = await fetch(`${issuer}/.well-known/openid-configuration`, {
      redirect: 'error',
      signal: AbortSignal.timeout(5000),
    });
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    const document = discoverySchema.parse(await answer.json());
    if (document.issuer !== issuer) throw new Error(`it calls itself ${document.issuer}`);
    return createRemoteJWKSet(new URL(document.jwks_uri));
  } catch (thrown) {
    throw new LiveRefusal(
      503,
      `GitHub's issuer of ID tokens, ${issuer}, could not be read: ${messageOf(thrown)}`,
    );
  }
}
