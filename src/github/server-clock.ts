import * as z from 'zod';
import type { OctokitHooks } from './etag.ts';

const answerSchema = z.object({ headers: z.object({ date: z.string() }) });
const failureSchema = z.object({ response: answerSchema });

/**
 * GitHub's time, by the `Date` of its latest answer, also of a 304: the clock of a runner may be anywhere.
 * Returns milliseconds since the epoch; throws before the first answer, for then nothing is known.
 */
export function serverClock(octokit: OctokitHooks, now: () => number): () => number {
  let ahead: number | null = null;
  const hear = (date: string) => {
    const time = Date.parse(date);
    if (!Number.isNaN(time)) ahead = time - now();
  };
  octokit.hook.wrap('request', async (request, options) => {
    try {
      const answer = await request(options);
      const heard = answerSchema.safeParse(answer).data;
      if (heard !== undefined) hear(heard.headers.date);
      return answer;
    } catch (thrown) {
      const heard = failureSchema.safeParse(thrown).data;
      if (heard !== undefined) hear(heard.response.headers.date);
      throw thrown;
    }
  });
  return () => {
    if (ahead === null) throw new Error('no answer of GitHub told the time');
    return now() + ahead;
  };
}
