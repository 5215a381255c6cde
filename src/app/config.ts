import { Buffer } from 'node:buffer';
import { createPrivateKey } from 'node:crypto';
import * as z from 'zod';
import { JitError, messageOf } from '../errors.ts';
import { isPostgres } from '../ledger/open.ts';

export interface AppConfig {
  readonly appId: number;
  readonly privateKey: string;
  readonly webhookSecret: string;
  /** Root of the REST API, without a slash at its end. */
  readonly apiUrl: string;
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
  /** Between two looks for what webhooks failed to tell. */
  readonly sweepMs: number;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  /** False only where the counterpart is no real GitHub: writes then need not be spaced. */
  readonly throttle: boolean;
}

const text = (what: string) => z.string({ error: `is missing: ${what}` }).min(1, `is empty: ${what}`);

const duration = (name: string, least: number, usual: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a number of ${name}`)
    .refine((given) => Number(given) >= least, `must be at least ${least} ${name}`)
    .default(String(usual));

const environmentSchema = z.object({
  APP_ID: text("the App's number, from its settings page").regex(/^[1-9]\d{0,14}$/, 'must be a number'),
  PRIVATE_KEY: z.string().optional(),
  PRIVATE_KEY_PATH: z.string().optional(),
  WEBHOOK_SECRET: text('the secret with which GitHub signs deliveries').refine(
    (secret) => secret !== 'development',
    'is "development", which everybody knows: anyone could forge deliveries; set a random one',
  ),
  GHE_HOST: z
    .string()
    .regex(/^[A-Za-z0-9.-]+(:\d+)?$/, 'must be a host, like github.example.com')
    .optional(),
  GHE_PROTOCOL: z.enum(['http', 'https'], 'must be http or https').default('https'),
  GITHUB_API_URL: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
  HOST: z.string().default('localhost'),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port number')
    .refine((port) => Number(port) <= 65_535, 'must be at most 65535')
    .default('3000'),
  LEDGER: z.string().min(1, 'is empty').default('./jit-approval.sqlite'),
  DATABASE_URL: z
    .string()
    .refine(isPostgres, 'must be postgresql://USER:PASSWORD@HOST:PORT/DATABASE')
    .optional(),
  LEDGER_RETENTION_DAYS: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a number of days')
    .refine((days) => Number(days) >= 7, 'must be at least 7: GitHub repeats deliveries of the past days')
    .optional(),
  // a request to GitHub must end within a lease
  JIT_APPROVAL_LEASE_MS: duration('ms', 1000, 15_000),
  JIT_APPROVAL_POLL_MS: duration('ms', 10, 2000),
  JIT_APPROVAL_SWEEP_MS: duration('ms', 100, 10 * 60_000),
  LOG_LEVEL: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
      'must be trace, debug, info, warn, error or fatal',
    )
    .default('info'),
  JIT_APPROVAL_WRITE_INTERVAL_MS: z
    .literal('0', 'may only be 0 (do not space writes: for tests); leave it unset in production')
    .optional(),
});

/** Reads the App's settings; throws one JitError `app-config` that lists every problem. */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string,
): AppConfig {
  const parsed = environmentSchema.safeParse(environment);
  const problems = parsed.error?.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`) ?? [];
  const key = privateKey(environment.PRIVATE_KEY, environment.PRIVATE_KEY_PATH, readFile);
  if ('problem' in key) problems.push(key.problem);
  if (!parsed.success || 'problem' in key) {
    const lines = problems.map((problem) => `  - ${problem}`).join('\n');
    throw new JitError('app-config', `The App does not start; its environment needs changes:\n${lines}`);
  }
  const found = parsed.data;
  return {
    appId: Number(found.APP_ID),
    privateKey: key.pem,
    webhookSecret: found.WEBHOOK_SECRET,
    apiUrl: apiUrl(found),
    host: found.HOST,
    port: Number(found.PORT),
    ledger: found.DATABASE_URL ?? found.LEDGER,
    retentionDays: found.LEDGER_RETENTION_DAYS === undefined ? null : Number(found.LEDGER_RETENTION_DAYS),
    leaseMs: Number(found.JIT_APPROVAL_LEASE_MS),
    pollMs: Number(found.JIT_APPROVAL_POLL_MS),
    sweepMs: Number(found.JIT_APPROVAL_SWEEP_MS),
    logLevel: found.LOG_LEVEL,
    throttle: found.JIT_APPROVAL_WRITE_INTERVAL_MS === undefined,
  };
}

function apiUrl(found: z.infer<typeof environmentSchema>): string {
  if (found.GITHUB_API_URL !== undefined) return found.GITHUB_API_URL.replace(/\/+$/, '');
  if (found.GHE_HOST !== undefined) return `${found.GHE_PROTOCOL}://${found.GHE_HOST}/api/v3`;
  return 'https://api.github.com';
}

/** PEM as it is, with `\n` written out, or in base64: the three ways in which people put it into a variable. */
function privateKey(
  inline: string | undefined,
  path: string | undefined,
  readFile: (path: string) => string,
): { pem: string } | { problem: string } {
  const name = inline ? 'PRIVATE_KEY' : 'PRIVATE_KEY_PATH';
  try {
    const given = inline || (path ? readFile(path) : '');
    if (given === '')
      return { problem: 'PRIVATE_KEY or PRIVATE_KEY_PATH is missing: the key of the App, as PEM' };
    const plain = given.includes('-----BEGIN') ? given : Buffer.from(given, 'base64').toString('utf8');
    const pem = plain.replaceAll('\\n', '\n');
    createPrivateKey(pem);
    return { pem };
  } catch (thrown) {
    // the parser's message never repeats the key; a file's error names its path
    return { problem: `${name} is no private key that can be read: ${messageOf(thrown)}` };
  }
}
