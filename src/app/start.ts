import { createNodeMiddleware, Probot, ProbotOctokit } from 'probot';
import type { EtagStore } from '../github/etag.ts';
import { rememberEtags } from '../github/etag.ts';
import { appCalls, appGitHub } from '../github/octokit.ts';
import type { AppGitHub } from '../github/port.ts';
import type { Ledger } from '../ledger/port.ts';
import type { AppConfig } from './config.ts';
import type { Desk } from './desk.ts';
import { routes } from './index.ts';
import { reconciler } from './reconcile.ts';
import { startServer, webhooksPath } from './server.ts';
import { startSweep } from './sweep.ts';
import { startWorker } from './worker.ts';

export interface RunningApp {
  readonly url: string;
  /** Where GitHub must send its webhooks. */
  readonly webhookUrl: string;
  /** Looks for everything that webhooks failed to tell, now. */
  sweep(): Promise<void>;
  /** Resolves when every pull request marked so far has been looked at. */
  idle(): Promise<void>;
  /** Takes nothing new, finishes what it does, and lets go of the ledger. Safe to call twice. */
  close(): Promise<void>;
}

export interface StartOptions {
  readonly ledger: Ledger;
  readonly now?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
}

/** Starts the App: what the ledger still has to do is done first, then webhooks are answered. */
export async function startApp(config: AppConfig, options: StartOptions): Promise<RunningApp> {
  const probot = new Probot({
    appId: config.appId,
    privateKey: config.privateKey,
    secret: config.webhookSecret,
    baseUrl: config.apiUrl,
    logLevel: config.logLevel,
    logFormat: 'json',
    Octokit: config.throttle ? ProbotOctokit : unthrottled,
  });
  await probot.ready();
  const calls = appCalls(await probot.auth());
  const desk = await deskOf(probot, config, options, () => calls.slug());
  const worker = startWorker(desk, reconciler(desk), config);
  const receiving: Desk = { ...desk, wake: worker.wake };
  const sweep = startSweep(receiving, calls, config);
  const webhooks = await createNodeMiddleware((app) => routes(app, receiving), { probot, webhooksPath });
  const server = await startServer(config.host, config.port, webhooks, async () => {
    await options.ledger.dirty();
  });
  worker.wake();
  const firstRound = sweep.round();
  let closing: Promise<void> | null = null;
  return {
    url: server.url,
    webhookUrl: `${server.url}${webhooksPath}`,
    sweep: () => sweep.round(),
    async idle() {
      await firstRound;
      await worker.idle();
    },
    close() {
      closing ??= (async () => {
        await server.close();
        await sweep.stop();
        await worker.stop();
        await options.ledger.close();
      })();
      return closing;
    },
  };
}

interface OctokitDefaults {
  readonly throttle?: object;
  readonly retry?: object;
}

/** For counterparts that are no real GitHub; it would limit us, so production keeps Octokit's spacing. */
const unthrottled = ProbotOctokit.defaults((options: OctokitDefaults) => ({
  ...options,
  throttle: { ...options.throttle, enabled: false },
  retry: { ...options.retry, enabled: false },
}));

async function deskOf(
  probot: Probot,
  config: AppConfig,
  { ledger, now = Date.now, sleep = wait }: StartOptions,
  readSlug: () => Promise<string>,
): Promise<Omit<Desk, 'wake'>> {
  const clients = new Map<number, Promise<AppGitHub>>();
  let slug: string | null = null;

  async function connect(installation: number): Promise<AppGitHub> {
    const octokit = await probot.auth(installation);
    const store: EtagStore = new Map();
    rememberEtags(octokit, store);
    return appGitHub(octokit);
  }

  return {
    ledger,
    appId: config.appId,
    log: probot.log,
    now,
    sleep,
    async github(installation) {
      slug ??= await readSlug();
      const known = clients.get(installation) ?? connect(installation);
      clients.set(installation, known);
      known.catch(() => clients.delete(installation));
      return known;
    },
    isOurs: ({ author, authorType, appId }) =>
      authorType === 'Bot' && (appId === config.appId || author === `${slug}[bot]`),
  };
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
