import type { IncomingMessage, ServerResponse } from 'node:http';
import { JitError, messageOf } from '../../errors.ts';
import type { AppCalls } from '../../github/port.ts';
import type { PullKey } from '../../ledger/port.ts';
import { livePaths, liveQuerySchema } from '../../report/live.ts';
import type { Desk } from '../desk.ts';
import { bodyReader } from '../http/body.ts';
import { plain } from '../http/respond.ts';
import type { Handler } from '../server.ts';
import { idTokenVerifier } from './id-token.ts';
import { type LiveJob, liveJob } from './job.ts';
import { post, readPost } from './post.ts';
import { rateLimit } from './rate.ts';
import { LiveRefusal } from './refusal.ts';
import { liveStreams } from './streams.ts';
import { toldTo } from './told.ts';

export interface LiveOptions {
  /** The App's own address, as jobs reach it: the audience of their tokens. */
  readonly url: string;
  /** Of GitHub's ID tokens. */
  readonly issuer: string;
}

/** Where running jobs say what they hold, and hear what was decided. */
export interface Live {
  /** By path. */
  readonly routes: Readonly<Record<string, Handler>>;
  changed(key: PullKey): void;
  close(): void;
}

/** Twenty actions of a size that people can read. */
const longestBody = 512 * 1024;

export function liveGrants(desk: Desk, app: Pick<AppCalls, 'installationOn'>, options: LiveOptions): Live {
  const verify = idTokenVerifier({ issuer: options.issuer, audience: options.url, now: desk.now });
  const mayAsk = rateLimit(desk.now);
  const streams = liveStreams(desk);
  const readBody = bodyReader(longestBody);

  async function jobOf(request: IncomingMessage): Promise<LiveJob> {
    const token = /^bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined)
      throw new LiveRefusal(401, "Expected an ID token of GitHub's as a bearer token.");
    const caller = await verify(token);
    if (!mayAsk(caller.runId)) throw new LiveRefusal(429, 'This run asks too often.');
    return liveJob(desk, app, caller);
  }

  async function holds(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') throw new LiveRefusal(405, 'Expected POST.');
    const job = await jobOf(request);
    const body = await readBody(request);
    if (body === 503) throw new LiveRefusal(503, 'Too many bodies at once.');
    if (body === 413) throw new LiveRefusal(413, `Expected a body of at most ${longestBody} bytes.`);
    json(response, 200, await post(desk, job, readPost(body.toString('utf8'))));
  }

  async function decisions(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://app');
    if (request.method !== 'GET') throw new LiveRefusal(405, 'Expected GET.');
    const query = liveQuerySchema.safeParse(Object.fromEntries(url.searchParams));
    if (!query.success) throw new LiveRefusal(400, 'Expected the name of the job as ?job=NAME.');
    const last = request.headers['last-event-id'];
    const lastSeen = typeof last === 'string' && /^\d{1,15}$/.test(last) ? Number(last) : 0;
    const [job, name] = [await jobOf(request), query.data.job];
    streams.open({ ...job, tell: (facts) => toldTo(desk, job, name, facts) }, lastSeen, response);
  }

  const refusing =
    (route: typeof holds): Handler =>
    (request, response) =>
      route(request, response).catch((thrown: unknown) => refuse(desk, response, thrown));

  return {
    routes: { [livePaths.holds]: refusing(holds), [livePaths.decisions]: refusing(decisions) },
    changed: streams.changed,
    close: streams.close,
  };
}

function refuse(desk: Desk, response: ServerResponse, thrown: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (thrown instanceof LiveRefusal) {
    json(response, thrown.status, { message: thrown.message });
    return;
  }
  desk.log.error({ err: thrown }, `live: ${messageOf(thrown)}`);
  const why = thrown instanceof JitError ? thrown.message : 'something went wrong in the App';
  json(response, 503, { message: `The App could not answer: ${why}` });
}

function json(response: ServerResponse, status: number, body: unknown): void {
  const type = 'application/json; charset=utf-8';
  plain(response, status, JSON.stringify(body), { type, close: status === 413 });
}
