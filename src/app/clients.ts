import { type Probot, ProbotOctokit } from 'probot';
import * as z from 'zod';
import { type EtagCache, rememberEtags } from '../github/etag.ts';
import { appGitHub } from '../github/octokit.ts';
import type { AppGitHub } from '../github/port.ts';

interface OctokitDefaults {
  readonly throttle?: object;
  readonly retry?: object;
}

/** A wait as short as this is waited for in place; a longer one is left to the worker, which has other work. */
const shortWaitS = 10;

function waitsInPlace(retryAfterS: number, _request: unknown, _octokit: unknown, retries: number): boolean {
  return retryAfterS <= shortWaitS && retries < 2;
}

/**
 * Octokit with @octokit/plugin-throttling: one write at a time and one second between writes, per installation.
 * When GitHub says that a limit is met, primary or secondary, the request fails with how long that lasts.
 */
const paced = ProbotOctokit.defaults((options: OctokitDefaults) => ({
  ...options,
  throttle: { ...options.throttle, onRateLimit: waitsInPlace, onSecondaryRateLimit: waitsInPlace },
}));

/** For counterparts that are no real GitHub; it would limit us, so production keeps Octokit's spacing and waits. */
const unthrottled = ProbotOctokit.defaults((options: OctokitDefaults) => ({
  ...options,
  throttle: { ...options.throttle, enabled: false },
  retry: { ...options.retry, retryAfterBaseValue: 20 },
}));

export function octokitClass(throttle: boolean): typeof ProbotOctokit {
  return throttle ? paced : unthrottled;
}

export interface ClientOptions {
  readonly probot: Pick<Probot, 'auth'>;
  readonly etags: EtagCache;
  quota(installation: number, remaining: number): void;
}

/** GitHub as each installation; connected once. */
export function installationClients({ probot, etags, quota }: ClientOptions) {
  const clients = new Map<number, Promise<AppGitHub>>();

  async function connect(installation: number): Promise<AppGitHub> {
    const octokit = await probot.auth(installation);
    watchQuota(octokit, (remaining) => quota(installation, remaining));
    rememberEtags(octokit, etags, String(installation));
    return appGitHub(octokit);
  }

  return (installation: number): Promise<AppGitHub> => {
    const known = clients.get(installation) ?? connect(installation);
    clients.set(installation, known);
    known.catch(() => clients.delete(installation));
    return known;
  };
}

const quotaSchema = z.object({ headers: z.object({ 'x-ratelimit-remaining': z.coerce.number() }) });
const failedSchema = z.object({ response: quotaSchema });

/** Tells what GitHub says is left of the hour, with every answer, those that are refusals or 304 too. */
export function watchQuota(octokit: Pick<ProbotOctokit, 'hook'>, told: (remaining: number) => void): void {
  const tell = (answer: unknown) => {
    const left = quotaSchema.safeParse(answer).data?.headers['x-ratelimit-remaining'];
    if (left !== undefined) told(left);
  };
  octokit.hook.wrap('request', async (request, options) => {
    try {
      const answer = await request(options);
      tell(answer);
      return answer;
    } catch (thrown) {
      tell(failedSchema.safeParse(thrown).data?.response);
      throw thrown;
    }
  });
}
