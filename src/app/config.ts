import { Buffer } from 'node:buffer';
import { createPrivateKey } from 'node:crypto';
import { JitError, messageOf } from '../errors.ts';
import type { LiveOptions } from './live/routes.ts';
import { about, type Environment, environmentSchema } from './variables.ts';

export interface AppConfig {
  readonly appId: number;
  readonly privateKey: string;
  readonly webhookSecret: string;
  /** Accepted as well while the first is being replaced. */
  readonly previousWebhookSecret: string | null;
  /** Root of the REST API, without a slash at its end. */
  readonly apiUrl: string;
  /** Where GitHub's pages are: github.com, or an Enterprise Server's host, with its port if it has one. */
  readonly githubHost: string;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Path of the SQLite file, or `postgresql://…` where several replicas share one ledger. */
  readonly ledger: string;
  /** What closed pull requests said is forgotten after so many days; null: never. */
  readonly retentionDays: number | null;
  /** See `WorkerPace`. */
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly retryMs: number;
  readonly reconcileAtOnce: number;
  /** See `SweepPace`. */
  readonly sweepMs: number;
  readonly discoverMs: number;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  /** Who reads `/metrics` must send it; null for anyone. */
  readonly metricsToken: string | null;
  readonly stopWithinMs: number;
  /** Where running jobs may wait for decisions; null where the App was not told its own address. */
  readonly live: LiveOptions | null;
  /** False only where the counterpart is no real GitHub: writes then need not be spaced. */
  readonly throttle: boolean;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads the App's settings; throws one JitError `app-config` that lists every problem. */
export function readConfig(given: Variables, readFile: (path: string) => string): AppConfig {
  const environment = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(environment);
  const names = new Set(parsed.error?.issues.map((issue) => String(issue.path[0])));
  const problems = [...names].map((name) => problemOf(name, environment[name]));
  const key = privateKey(environment, readFile);
  if ('problem' in key) problems.push(key.problem);
  if (!parsed.success || 'problem' in key) {
    const lines = problems.map((problem) => `  - ${problem}`).join('\n');
    throw new JitError('app-config', `The App does not start; its environment needs changes:\n${lines}`);
  }
  return configOf(parsed.data, key.pem);
}

function configOf(found: Environment, privateKey: string): AppConfig {
  return {
    appId: found.APP_ID,
    privateKey,
    webhookSecret: found.WEBHOOK_SECRET,
    previousWebhookSecret: found.WEBHOOK_SECRET_PREVIOUS ?? null,
    ...githubOf(found),
    host: found.HOST,
    port: found.PORT,
    ledger: found.DATABASE_URL ?? found.LEDGER,
    retentionDays: found.LEDGER_RETENTION_DAYS ?? null,
    leaseMs: found.JIT_APPROVAL_LEASE_MS,
    pollMs: found.JIT_APPROVAL_POLL_MS,
    retryMs: found.JIT_APPROVAL_RETRY_MS,
    reconcileAtOnce: found.RECONCILE_AT_ONCE,
    sweepMs: found.JIT_APPROVAL_SWEEP_MS,
    discoverMs: found.JIT_APPROVAL_DISCOVER_MS,
    logLevel: found.LOG_LEVEL,
    metricsToken: found.METRICS_TOKEN ?? null,
    stopWithinMs: found.STOP_SECONDS * 1000,
    live: liveOf(found),
    throttle: found.JIT_APPROVAL_WRITE_INTERVAL_MS === undefined,
  };
}

/** Which GitHub: where its API and its pages are. */
export function githubOf(
  found: Pick<Environment, 'GITHUB_API_URL' | 'GHE_HOST' | 'GHE_PROTOCOL'>,
): Pick<AppConfig, 'apiUrl' | 'githubHost'> {
  const ofHost =
    found.GHE_HOST === undefined
      ? 'https://api.github.com'
      : `${found.GHE_PROTOCOL}://${found.GHE_HOST}/api/v3`;
  const apiUrl = (found.GITHUB_API_URL ?? ofHost).replace(/\/+$/, '');
  const { host } = new URL(apiUrl);
  return { apiUrl, githubHost: found.GHE_HOST ?? (host === 'api.github.com' ? 'github.com' : host) };
}

/** On once the App knows its own address: tokens that jobs made for others must not count here. */
function liveOf(found: Environment): AppConfig['live'] {
  if (found.PUBLIC_URL === undefined) return null;
  const issuer = found.OIDC_ISSUER ?? issuerOf(githubOf(found).apiUrl);
  const bare = (url: string) => url.replace(/\/+$/, '');
  return { url: bare(found.PUBLIC_URL), issuer: bare(issuer) };
}

/** Who issues ID tokens for the jobs of github.com, of GitHub with data residency, or of a server of one's own. */
function issuerOf(api: string): string {
  const { origin, host } = new URL(api);
  if (host === 'api.github.com') return 'https://token.actions.githubusercontent.com';
  const tenant = /^api\.([\w-]+\.ghe\.com)$/.exec(host)?.[1];
  return tenant === undefined ? `${origin}/_services/token` : `https://token.actions.${tenant}`;
}

/** One line: the variable, what is expected, what was met. Values of secrets stay out of it. */
function problemOf(name: string, value: string | undefined): string {
  const { expects = 'another value', secret = false } = about(name) ?? {};
  const shown = secret ? 'a value that is not shown, as it is a secret' : JSON.stringify(value);
  return `${name}: expected ${expects}; met ${value === undefined ? 'nothing' : shown}`;
}

/** PEM as it is, with `\n` written out, or in base64: the three ways in which people put it into a variable. */
function privateKey(
  { PRIVATE_KEY: inline, PRIVATE_KEY_PATH: path }: Variables,
  readFile: (path: string) => string,
): { pem: string } | { problem: string } {
  const name = inline ? 'PRIVATE_KEY' : 'PRIVATE_KEY_PATH';
  if (!inline && !path) {
    return { problem: 'PRIVATE_KEY or PRIVATE_KEY_PATH: expected the key of the App as PEM; met nothing' };
  }
  try {
    const given = inline || readFile(path ?? '');
    const plain = given.includes('-----BEGIN') ? given : Buffer.from(given, 'base64').toString('utf8');
    const pem = plain.replaceAll('\\n', '\n');
    createPrivateKey(pem);
    return { pem };
  } catch (thrown) {
    // the parser's message never repeats the key; a file's error names its path
    return { problem: `${name}: expected ${about(name)?.expects ?? 'a key'}; met: ${messageOf(thrown)}` };
  }
}
