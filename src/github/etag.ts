import type { Octokit } from 'octokit';
import * as z from 'zod';

/** Where every request passes, of any Octokit. */
export type OctokitHooks = Pick<Octokit, 'hook'>;

type Answer = Awaited<ReturnType<Octokit['request']>>;

/** Answers by who asked what; bounded. */
export interface EtagCache {
  get(key: string): { readonly etag: string; readonly answer: Answer } | null;
  set(key: string, etag: string, answer: Answer): void;
}

/** Enough for the pull requests that one process has open; the one that was not asked for longest goes first. */
const usualBytes = 64 * 1024 * 1024;

/** One for all installations of a process, so that its size does not grow with their number. */
export function etagCache(maximumBytes = usualBytes): EtagCache {
  // kept as text: what is handed out can be changed by nobody else, and its size is known
  const kept = new Map<string, { readonly etag: string; readonly text: string }>();
  let bytes = 0;
  const sizeOf = (key: string, { text }: { readonly text: string }) => 2 * (key.length + text.length);

  function drop(key: string): void {
    const entry = kept.get(key);
    if (entry !== undefined) bytes -= sizeOf(key, entry);
    kept.delete(key);
  }

  return {
    get(key) {
      const entry = kept.get(key);
      if (entry === undefined) return null;
      kept.delete(key);
      kept.set(key, entry);
      return { etag: entry.etag, answer: JSON.parse(entry.text) };
    },
    set(key, etag, answer) {
      drop(key);
      const entry = { etag, text: JSON.stringify(answer) };
      kept.set(key, entry);
      bytes += sizeOf(key, entry);
      for (const oldest of kept.keys()) {
        if (bytes <= maximumBytes) return;
        drop(oldest);
      }
    },
  };
}

const notModified = z.object({ status: z.literal(304) });
const etagSchema = z.object({ headers: z.object({ etag: z.string(), link: z.string().optional() }) });

/**
 * Sends `if-none-match` with every GET that was answered before. GitHub does not count a 304 against the
 * rate limit, and still decides itself whether our copy is current. `who` separates those who ask: what an
 * answer holds depends on it.
 */
export function rememberEtags(octokit: OctokitHooks, cache: EtagCache, who: string): void {
  octokit.hook.wrap('request', async (request, options) => {
    // an artifact never changes and is read once
    if (options.method !== 'GET' || options.url.includes('{archive_format}')) return request(options);
    const { headers, request: _transport, hook: _hook, ...parameters } = options;
    const key = JSON.stringify([who, parameters, headers.accept]);
    const known = cache.get(key);
    // changed in place: Octokit's inner hooks get these options whatever is passed on
    if (known !== null) headers['if-none-match'] = known.etag;
    try {
      const answer = await request(options);
      const found = etagSchema.safeParse(answer).data?.headers;
      if (found !== undefined && !isFullLastPage(answer, perPageOf(options), found.link)) {
        cache.set(key, found.etag, answer);
      }
      return answer;
    } catch (thrown) {
      if (known !== null && notModified.safeParse(thrown).success) return known.answer;
      throw thrown;
    }
  });
}

/** Lists are asked with their parameters in the address already. */
function perPageOf({ url, per_page: given }: { readonly url: string; readonly per_page?: unknown }): unknown {
  return given ?? /[?&]per_page=(\d+)/.exec(url)?.[1];
}

/**
 * The tag of a page is that of its entries. When entry 101 comes, page 1 of 100 stays as it is, and our copy of
 * it would go on saying that there is no next page. (Lists inside an object carry their total count.)
 */
function isFullLastPage({ data }: Answer, perPage: unknown, link = ''): boolean {
  return Array.isArray(data) && data.length >= (Number(perPage) || 1) && !link.includes('rel="next"');
}
