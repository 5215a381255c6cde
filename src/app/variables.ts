import * as z from 'zod';
import { isPostgres } from '../ledger/open.ts';

/** What people read of a variable: in the table of docs/operating.md, and when its value does not fit. */
interface Told {
  readonly means: string;
  /** What a value looks like, to stand after "expected". */
  readonly expects: string;
  /** A secret's value is never repeated. */
  readonly secret?: true;
  /** In place of the schema's default, for people. */
  readonly unset?: string;
}

const told = z.registry<Told>();

function variable<T extends z.ZodType>(schema: T, about: Told): T {
  told.add(schema, about);
  return schema;
}

const text = z.string();

function wholeNumber(least: number, most: number, unset: number) {
  return text
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.int().min(least).max(most))
    .default(unset);
}

function milliseconds(least: number, unset: number, means: string) {
  const most = 24 * 3600_000;
  return variable(wholeNumber(least, most, unset), { means, expects: `milliseconds, ${least} to ${most}` });
}

/** Every variable that the App reads, in the order in which they are told. An empty value is an unset one. */
export const environmentSchema = z.object({
  APP_ID: variable(text.regex(/^[1-9]\d{0,14}$/).transform(Number), {
    means: "The App's number, from its settings page",
    expects: "a number, the App's from its settings page",
    unset: 'required',
  }),
  PRIVATE_KEY: variable(text.optional(), {
    means: "The App's private key: PEM, PEM with `\\n` written out, or base64 of it",
    expects: 'a private key as PEM, or base64 of it',
    secret: true,
    unset: 'required, or the next',
  }),
  PRIVATE_KEY_PATH: variable(text.optional(), {
    means: 'A file with that key',
    expects: 'a readable file with a private key as PEM',
    unset: '',
  }),
  WEBHOOK_SECRET: variable(
    text.refine((secret) => secret !== 'development'),
    {
      means: 'The secret with which GitHub signs deliveries',
      expects: 'the secret of the webhook, long and random; not "development", which everybody knows',
      secret: true,
      unset: 'required',
    },
  ),
  WEBHOOK_SECRET_PREVIOUS: variable(text.refine((secret) => secret !== 'development').optional(), {
    means: 'A second secret that is accepted, while the first is being replaced',
    expects: 'the secret that was in use before; not "development", which everybody knows',
    secret: true,
    unset: '',
  }),
  GHE_HOST: variable(text.regex(/^[A-Za-z0-9.-]+(:\d+)?$/).optional(), {
    means: 'Host of a GitHub Enterprise Server',
    expects: 'a host, like github.example.com',
    unset: 'github.com',
  }),
  GHE_PROTOCOL: variable(z.enum(['http', 'https']).default('https'), {
    means: 'How that server is reached',
    expects: 'http or https',
  }),
  GITHUB_API_URL: variable(z.url({ protocol: /^https?$/ }).optional(), {
    means: "Root of the REST API, where it is not the host's own",
    expects: 'an http(s) URL',
    unset: "the host's own",
  }),
  HOST: variable(text.default('localhost'), {
    means: 'Address to listen on; `0.0.0.0` in a container',
    expects: 'an address',
  }),
  PORT: variable(wholeNumber(0, 65_535, 3000), {
    means: 'Port to listen on; 0 takes any free one',
    expects: 'a port number, 0 to 65535',
  }),
  PUBLIC_URL: variable(z.url({ protocol: /^https?$/ }).optional(), {
    means:
      "The App's own address, as browsers, GitHub and jobs reach it: for its setup, and the input `app-url` of the action",
    expects: 'an http(s) URL without a path',
    unset: 'where it listens; no job can wait',
  }),
  OIDC_ISSUER: variable(z.url({ protocol: /^https?$/ }).optional(), {
    means: "Who issues the ID tokens of jobs, where it is not GitHub's own",
    expects: 'an http(s) URL',
    unset: "GitHub's own",
  }),
  CREDENTIALS_FILE: variable(text.default('./jit-approval.env'), {
    means: 'Where the setup writes the credentials, and where they are read when no variable has any',
    expects: 'a path in a folder that can be written',
  }),
  SETUP_ORGANIZATION: variable(text.regex(/^[A-Za-z0-9-]{1,39}$/).optional(), {
    means: 'The organisation that shall own the App that the setup makes',
    expects: 'the login of an organisation',
    unset: 'the person at the browser',
  }),
  LEDGER: variable(text.default('./jit-approval.sqlite'), {
    means: 'The SQLite file of the ledger',
    expects: 'a path in a folder that can be written',
  }),
  DATABASE_URL: variable(text.refine(isPostgres).optional(), {
    means: 'A PostgreSQL for the ledger in place of that file, where several replicas share it',
    expects: 'postgresql://USER:PASSWORD@HOST:PORT/DATABASE',
    secret: true,
    unset: 'the file',
  }),
  LEDGER_RETENTION_DAYS: variable(wholeNumber(7, 99_999, 7).unwrap().optional(), {
    means: 'What closed pull requests said is forgotten after so many days',
    // GitHub repeats deliveries of the past days
    expects: 'days, at least 7',
    unset: 'never',
  }),
  LOG_LEVEL: variable(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'), {
    means: 'The least important lines that are logged',
    expects: 'trace, debug, info, warn, error or fatal',
  }),
  METRICS_TOKEN: variable(text.min(16).optional(), {
    means: '`/metrics` answers only who sends it as bearer token',
    expects: 'at least 16 characters',
    secret: true,
    unset: 'anyone may read `/metrics`',
  }),
  JIT_APPROVAL_SWEEP_MS: milliseconds(
    100,
    600_000,
    'How often failed deliveries are asked for again, and every open pull request is looked at',
  ),
  JIT_APPROVAL_DISCOVER_MS: milliseconds(
    100,
    3600_000,
    'How often, at most, installations are searched for pull requests never heard of',
  ),
  // a request to GitHub must end within a lease
  JIT_APPROVAL_LEASE_MS: milliseconds(
    1000,
    15_000,
    'How long a process that died keeps its pull requests, and the sweep, from the others',
  ),
  JIT_APPROVAL_POLL_MS: milliseconds(
    10,
    2000,
    'How often the ledger is asked for what other processes and time left to do',
  ),
  JIT_APPROVAL_RETRY_MS: milliseconds(
    10,
    2000,
    'How long a pull request waits after a failure; twice as long after each further one, at most 5 minutes',
  ),
  RECONCILE_AT_ONCE: variable(wholeNumber(1, 64, 4), {
    means: 'Pull requests that one process works on at the same time',
    expects: 'a number, 1 to 64',
  }),
  STOP_SECONDS: variable(wholeNumber(1, 3600, 20), {
    means: 'How long SIGTERM waits for what is under way; the rest is done after the next start',
    expects: 'seconds, 1 to 3600',
  }),
  JIT_APPROVAL_WRITE_INTERVAL_MS: variable(z.literal('0').optional(), {
    means: 'For tests alone: `0` does not space writes to GitHub',
    expects: '0, or nothing in production',
    unset: '',
  }),
});

export type Environment = z.infer<typeof environmentSchema>;

/** What is said of one variable, by its name. */
export function about(name: string): Told | undefined {
  const schema = Object.entries(environmentSchema.shape).find(([known]) => known === name)?.[1];
  return schema && told.get(schema);
}

/** Rows for people: name, meaning, and what holds where it is not set. */
export function variableRows(): readonly {
  readonly name: string;
  readonly means: string;
  readonly unset: string;
}[] {
  return Object.entries(environmentSchema.shape).map(([name, schema]) => {
    const { means = '', unset } = about(name) ?? {};
    const filled: unknown = schema.safeParse(undefined).data;
    return { name, means, unset: unset ?? `\`${String(filled)}\`` };
  });
}
