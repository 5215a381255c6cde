import { requestIdToken } from '../../../src/live/id-token.ts';
import { livePaths } from '../../../src/report/live.ts';
import type { Flagged } from '../../../src/report/schema.ts';
import type { JobRequest } from '../../../src/sandbox/contract.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { audience } from './stage.ts';

/** A promise that another part of the test settles. */
export interface Later<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
}

export function later<T = void>(): Later<T> {
  return Promise.withResolvers<T>();
}

export function tokenOf({ idToken }: JobRequest, of = audience): Promise<string> {
  if (idToken === null) throw new Error('this job may not have ID tokens');
  return requestIdToken(idToken, of);
}

export const jobName = (job: JobRequest) => `${job.job.key}-${job.job.index}-1`;

export interface Posting {
  readonly job: string;
  readonly holds: readonly Flagged[];
}

/** Posts as a job does; what differs is the test's matter. */
export async function postHolds(
  app: string,
  token: string,
  { job, holds }: Posting,
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const until = new Date(Date.now() + 300_000).toISOString();
  const answer = await fetch(`${app}${livePaths.holds}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ version: 1, job, until, holds }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

export function openStream(app: string, token: string, job: string): Promise<Response> {
  return fetch(`${app}${livePaths.decisions}?${new URLSearchParams({ job })}`, {
    headers: { authorization: `Bearer ${token}` },
  });
}

/** Resolves when the sandbox shows it. */
export function shown<T>({ world }: Sandbox, look: () => T | undefined | false): Promise<T> {
  return new Promise((resolve) => {
    const again = () => {
      const found = look();
      if (found === undefined || found === false) return;
      unwatch();
      resolve(found);
    };
    const unwatch = world.watch(again);
    again();
  });
}
