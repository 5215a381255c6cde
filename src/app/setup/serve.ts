import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'probot';
import { messageOf } from '../../errors.ts';
import { client, type OctokitLike } from '../../github/client.ts';
import { refusedAsWrite } from '../http/respond.ts';
import { webhooksPath } from '../http/webhooks.ts';
import { startServer } from '../server.ts';
import { claimFile, type MadeApp, madeSchema } from './credentials.ts';
import { manifestFor } from './manifest.ts';
import { donePage, offerPage, problemPage } from './pages.ts';

export interface SetupOptions {
  readonly host: string;
  readonly port: number;
  /** Where browsers and GitHub reach this process; null where that is where it listens. */
  readonly publicUrl: string | null;
  /** GitHub's pages: https://github.com, or an Enterprise Server's. */
  readonly githubUrl: string;
  /** GitHub's API without credentials: nobody has any yet. */
  readonly octokit: OctokitLike;
  /** The organisation that shall own the App; null for the person at the browser. */
  readonly organization: string | null;
  /** Text of app.yml. */
  readonly manifest: string;
  readonly file: string;
  readonly log: Pick<Logger, 'error'>;
}

export interface RunningSetup {
  /** The page to open; whoever knows this address may set the App up. */
  readonly page: string;
  /** Resolves with the App's number when its credentials are written. */
  readonly made: Promise<number>;
  close(): Promise<void>;
}

const [setupPath, donePath] = ['/setup', '/setup/done'];

/**
 * The first start: one page whose form takes the manifest to GitHub, and one to which GitHub sends the browser
 * back with a code for the credentials. The first page opens only with a word that stands on the terminal, the
 * second only with the state that the first gave out: nobody else can have their App's credentials written here.
 */
export async function startSetup(options: SetupOptions): Promise<RunningSetup> {
  const { githubUrl, organization, file, log } = options;
  const word = randomBytes(24).toString('base64url');
  const made = Promise.withResolvers<number>();
  let state: string | null = null;
  const owner = organization === null ? '' : `/organizations/${encodeURIComponent(organization)}`;
  const server = await startServer({
    ...options,
    log,
    routes: { [setupPath]: offer, [donePath]: take },
  });
  const publicUrl = (options.publicUrl ?? server.url).replace(/\/+$/, '');

  function offer(request: IncomingMessage, response: ServerResponse): void {
    if (refusedAsWrite(request, response)) return;
    if (same(query(request).get('word'), word)) offerOnce(response);
    else problemPage(response, 403, 'Open the address that the App printed when it started.');
  }

  function offerOnce(response: ServerResponse): void {
    state = randomBytes(24).toString('base64url');
    offerPage(response, {
      action: `${githubUrl}${owner}/settings/apps/new?state=${state}`,
      githubOrigin: new URL(githubUrl).origin,
      manifest: manifestFor(options.manifest, publicUrl, `${publicUrl}${donePath}`),
      webhookUrl: `${publicUrl}${webhooksPath}`,
      file,
    });
  }

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (refusedAsWrite(request, response)) return;
    const given = query(request);
    const code = given.get('code') ?? '';
    if (state === null || !same(given.get('state'), state) || !/^[\w-]{1,100}$/.test(code)) {
      return problemPage(
        response,
        403,
        'This is not the answer to the page that was opened here last; open it again.',
      );
    }
    state = null;
    try {
      const app = await convert(options, code);
      donePage(response, { id: app.id, url: app.html_url }, file);
      response.once('finish', () => made.resolve(app.id));
    } catch (thrown) {
      log.error({ err: thrown }, `setup: ${messageOf(thrown)}`);
      problemPage(response, 502, messageOf(thrown));
    }
  }

  return { page: `${publicUrl}${setupPath}?word=${word}`, made: made.promise, close: () => server.close() };
}

async function convert({ octokit, file }: SetupOptions, code: string): Promise<MadeApp> {
  const claimed = claimFile(file);
  try {
    const app = await client(octokit).one(madeSchema, 'POST /app-manifests/{code}/conversions', { code });
    claimed.write(app);
    return app;
  } catch (thrown) {
    claimed.discard();
    throw thrown;
  }
}

function query(request: IncomingMessage): URLSearchParams {
  return new URLSearchParams((request.url ?? '').split('?')[1] ?? '');
}

function same(given: string | null, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return given !== null && timingSafeEqual(digest(given), digest(expected));
}
