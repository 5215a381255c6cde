import * as z from 'zod';
import { JitError } from '../errors.ts';

/** Where this job's ID tokens come from: ACTIONS_ID_TOKEN_REQUEST_URL and _TOKEN. */
export interface IdTokenService {
  readonly url: string;
  readonly token: string;
}

const answerSchema = z.object({ value: z.string().min(1) });

/**
 * A fresh ID token for one audience. Not by @actions/core: that prints `::add-mask::` and the token, and while a
 * step runs workflow commands are stopped, so the log would show it.
 */
export async function requestIdToken(service: IdTokenService, audience: string): Promise<string> {
  const url = new URL(service.url);
  url.searchParams.set('audience', audience);
  const answer = await fetch(url, {
    headers: { authorization: `bearer ${service.token}`, accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(10_000),
  });
  const parsed = answer.ok ? answerSchema.safeParse(await answer.json().catch(() => null)) : null;
  if (parsed?.success === true) return parsed.data.value;
  throw new JitError('ID_TOKEN', `GitHub gave this job no ID token (it answered ${answer.status})`);
}
