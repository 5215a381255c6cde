import type { Octokit } from 'octokit';
import * as z from 'zod';

type Answer = Awaited<ReturnType<Octokit['request']>>;

/** Answers by request; one store per installation, as what an answer holds depends on who asks. */
export type EtagStore = Map<string, { readonly etag: string; readonly answer: Answer }>;

/** Enough for one reconciliation of dozens of pull requests; the oldest goes first. */
const maximumEntries = 2000;

const notModified = z.object({ status: z.literal(304) });
const etagSchema = z.object({ headers: z.object({ etag: z.string() }) });

/**
 * Sends `if-none-match` with every GET that was answered before. GitHub does not count a 304 against the
 * rate limit, and still decides itself whether our copy is current.
 */
export function rememberEtags(octokit: Pick<Octokit, 'hook'>, store: EtagStore): void {
  octokit.hook.wrap('request', async (request, options) => {
    // an artifact never changes and is read once
    if (options.method !== 'GET' || options.url.includes('{archive_format}')) return request(options);
    const { headers, request: _transport, hook: _hook, ...parameters } = options;
    const key = JSON.stringify([parameters, headers.accept]);
    const known = store.get(key);
    // changed in place: Octokit's inner hooks get these options whatever is passed on
    if (known !== undefined) headers['if-none-match'] = known.etag;
    try {
      const answer = await request(options);
      const etag = etagSchema.safeParse(answer).data?.headers.etag;
      if (etag !== undefined) keep(store, key, { etag, answer: structuredClone(answer) });
      return answer;
    } catch (thrown) {
      if (known !== undefined && notModified.safeParse(thrown).success) return structuredClone(known.answer);
      throw thrown;
    }
  });
}

function keep(store: EtagStore, key: string, entry: { etag: string; answer: Answer }): void {
  store.delete(key);
  store.set(key, entry);
  for (const oldest of store.keys()) {
    if (store.size <= maximumEntries) return;
    store.delete(oldest);
  }
}
