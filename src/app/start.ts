import type { DestinationStream } from 'pino';
import { createNodeMiddleware, type Logger, Probot } from 'probot';
import { JitError } from '../errors.ts';
import { etagCache } from '../github/etag.ts';
import { appCalls } from '../github/octokit.ts';
import type { AppCalls } from '../github/port.ts';
import { isPostgres } from '../ledger/open.ts';
import type { Ledger } from '../ledger/port.ts';
import { installationClients, octokitClass, watchQuota } from './clients.ts';
import type { AppConfig } from './config.ts';
import type { Desk } from './desk.ts';
import { live, metricsPage, readiness } from './http/probes.ts';
import { webhookHandler, webhooksPath } from './http/webhooks.ts';
import { routes } from './index.ts';
import { liveGrants } from './live/routes.ts';
import { anew, openLog } from './log.ts';
import { openMetrics } from './metrics.ts';
import { ofThisName } from './moved.ts';
import { reconciler } from './reconcile.ts';
import { type Handler, startServer } from './server.ts';
import { startSweep } from './sweep.ts';
import { timed } from './timed.ts';
import { type Reconcile, startWorker, type Worker } from './worker.ts';

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
  /** Where lines of the log go; default: standard output. */
  readonly logTo?: DestinationStream;
}

/** Starts the App: what the ledger still has to do is done first, then webhooks are answered. */
export async function startApp(config: AppConfig, options: StartOptions): Promise<RunningApp> {
  const { ledger, now = Date.now, sleep = wait, logTo } = options;
  const log = logOf(config, logTo);
  const metrics = openMetrics({ ledger, forgetAfterMs: 2 * config.sweepMs, now });
  const probot = await probotWith(config, config.webhookSecret, log).ready();
  const appOctokit = await probot.auth();
  watchQuota(appOctokit, (remaining) => metrics.quota(0, remaining));
  const calls = appCalls(appOctokit);
  const slug = slugReader(calls);
  const github = installationClients({ probot, etags: etagCache(), quota: metrics.quota });
  const desk: Omit<Desk, 'wake'> = {
    ledger: ofThisName(ledger),
    appId: config.appId,
    githubHost: config.githubHost,
    log,
    metrics,
    now,
    sleep,
    async github(installation) {
      await slug.read();
      return github(installation);
    },
    isOurs: ({ author, authorType, appId }) =>
      authorType === 'Bot' && (appId === config.appId || author === `${slug.known()}[bot]`),
  };
  const reconcile = timed(reconciler(desk), desk);
  const telling: Reconcile = async (key, installation, held) => {
    const next = await reconcile(key, installation, held);
    waiting?.changed(key);
    return next;
  };
  const worker = startWorker(desk, telling, config);
  // the work is not the webhook's that happened to wake the worker
  const receiving: Desk = { ...desk, wake: () => anew({}, worker.wake) };
  const waiting = config.live === null ? null : liveGrants(receiving, calls, config.live);
  const sweep = startSweep(receiving, calls, config);
  const webhooks = await webhooksOf(config, probot, receiving);
  const server = await startServer({
    host: config.host,
    port: config.port,
    log,
    routes: {
      [webhooksPath]: webhooks,
      ...waiting?.routes,
      '/healthz': live,
      '/readyz': readiness(
        [
          { name: 'ledger', check: () => ledger.dirty() },
          { name: 'github', check: recently(() => calls.slug(), credentialsForMs) },
          { name: 'worker', check: async () => assertAlive(worker) },
        ],
        log,
      ),
      '/metrics': metricsPage(metrics, config.metricsToken),
    },
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
        waiting?.close();
        await server.close();
        await sweep.stop();
        await worker.stop();
        await ledger.close();
      })();
      return closing;
    },
  };
}

/** Probot verifies with one secret; an instance that does nothing else knows the one that is being replaced. */
async function webhooksOf(config: AppConfig, probot: Probot, desk: Desk): Promise<Handler> {
  const { previousWebhookSecret: previous } = config;
  const older = previous === null ? null : await probotWith(config, previous, desk.log).ready();
  const middleware = await createNodeMiddleware((app) => routes(app, desk), { probot, webhooksPath });
  return webhookHandler({
    signers: [probot.webhooks, ...(older === null ? [] : [older.webhooks])],
    middleware,
    log: desk.log,
    counted: desk.metrics.delivery,
  });
}

/** GitHub is not asked at every probe. */
const credentialsForMs = 60_000;

/** Asks again only when the last good answer is older than `ms`. */
function recently(check: () => Promise<unknown>, ms: number): () => Promise<void> {
  let goodUntil = 0;
  return async () => {
    if (performance.now() < goodUntil) return;
    await check();
    goodUntil = performance.now() + ms;
  };
}

function assertAlive(worker: Pick<Worker, 'alive'>): void {
  if (!worker.alive()) throw new JitError('app-worker', 'The worker has not looked into the ledger of late.');
}

function probotWith(config: AppConfig, secret: string, log: Logger): Probot {
  return new Probot({
    appId: config.appId,
    privateKey: config.privateKey,
    secret,
    baseUrl: config.apiUrl,
    log,
    Octokit: octokitClass(config.throttle),
  });
}

/** Probot's own says who is Probot, on every line. */
function logOf(config: AppConfig, to: StartOptions['logTo']): Logger {
  const { privateKey, webhookSecret, previousWebhookSecret, metricsToken, logLevel } = config;
  const password = isPostgres(config.ledger) ? decodeURIComponent(new URL(config.ledger).password) : '';
  const secrets = [privateKey, webhookSecret, previousWebhookSecret ?? '', metricsToken ?? '', password];
  return openLog({ level: logLevel, secrets, ...(to && { to }) });
}

/** The App's name at GitHub: known once asked for, asked again while GitHub refuses. */
function slugReader(calls: Pick<AppCalls, 'slug'>) {
  let slug: string | null = null;
  return {
    async read(): Promise<string> {
      slug ??= await calls.slug();
      return slug;
    },
    known: () => slug,
  };
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
