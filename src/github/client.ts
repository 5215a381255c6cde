import * as z from 'zod';
import { JitError, messageOf } from '../errors.ts';

type Parameters = Record<string, unknown>;

/** What we need of an Octokit: `@actions/github`, `octokit` and Probot all have it. */
export interface OctokitLike {
  request(
    route: string,
    parameters?: Parameters,
  ): Promise<{ status: number; data: unknown; headers: object }>;
  paginate(
    route: string,
    parameters?: Parameters,
    map?: (response: { data: unknown }, done: () => void) => unknown[],
  ): Promise<unknown[]>;
  graphql(query: string, parameters?: Parameters): Promise<unknown>;
}

export type GitHubErrorCode =
  | 'github-not-found'
  | 'github-forbidden'
  | 'github-refused'
  | 'github-unavailable'
  | 'github-unexpected';

/** A call that GitHub did not answer as expected; `status` is 0 when there was no answer. */
export class GitHubError extends JitError<GitHubErrorCode> {
  readonly status: number;
  /** GitHub's own words, for instance 'This workflow is already running'. */
  readonly words: string;
  /** How long a limit of GitHub's lasts, primary or secondary; null where none was met. */
  readonly retryAfterMs: number | null;

  constructor(code: GitHubErrorCode, status: number, words: string, message: string, cause: unknown) {
    super(code, message, { cause });
    this.retryAfterMs = retryAfterMs(cause);
    this.name = 'GitHubError';
    this.status = status;
    this.words = words;
  }

  /** Whether a limit of GitHub's was met, though it may not say for how long: the same call is taken later. */
  get isLimit(): boolean {
    return this.status === 429 || this.retryAfterMs !== null || /rate limit/i.test(this.words);
  }
}

/** Octokit with answers checked against a schema and failures turned into GitHubError. */
export interface Client {
  one<T>(schema: z.ZodType<T>, route: string, parameters: Parameters): Promise<T>;
  all<T>(schema: z.ZodType<T>, route: string, parameters: Parameters): Promise<T[]>;
  /** Of a list that begins with what is wanted: pages are read until an entry is not. */
  while<T>(
    schema: z.ZodType<T>,
    route: string,
    parameters: Parameters,
    wanted: (entry: T) => boolean,
  ): Promise<T[]>;
  /** Null for 404. */
  maybe<T>(schema: z.ZodType<T>, route: string, parameters: Parameters): Promise<T | null>;
  send(route: string, parameters: Parameters): Promise<void>;
  /** What GraphQL refuses in its own way, with status 200, is `github-refused`. */
  graphql(query: string, variables: Parameters): Promise<void>;
  /** The `data` of a query in GraphQL. */
  query<T>(schema: z.ZodType<T>, query: string, variables: Parameters): Promise<T>;
}

export function client(octokit: OctokitLike): Client {
  const ask = (route: string, parameters: Parameters) =>
    octokit.request(route, onceUnlessRead(route, parameters)).catch((thrown) => fail(route, thrown));
  async function one<T>(schema: z.ZodType<T>, route: string, parameters: Parameters): Promise<T> {
    const { data } = await ask(route, parameters);
    return read(schema, route, data);
  }
  return {
    one,
    async all(schema, route, parameters) {
      const paged = { per_page: 100, ...parameters };
      const items = await octokit.paginate(route, paged).catch((thrown) => fail(route, thrown));
      return read(z.array(schema), route, items);
    },
    async while(schema, route, parameters, wanted) {
      const found: z.infer<typeof schema>[] = [];
      const page = ({ data }: { data: unknown }, done: () => void) => {
        const entries = read(z.array(schema), route, data);
        const end = entries.findIndex((entry) => !wanted(entry));
        found.push(...(end === -1 ? entries : entries.slice(0, end)));
        if (end !== -1) done();
        return [];
      };
      await octokit
        .paginate(route, { per_page: 100, ...parameters }, page)
        .catch((thrown) => fail(route, thrown));
      return found;
    },
    async maybe(schema, route, parameters) {
      try {
        return await one(schema, route, parameters);
      } catch (thrown) {
        if (thrown instanceof GitHubError && thrown.status === 404) return null;
        throw thrown;
      }
    },
    async send(route, parameters) {
      await ask(route, parameters);
    },
    async graphql(query, variables) {
      await octokit.graphql(query, variables).catch((thrown) => failGraphql(thrown));
    },
    async query(schema, query, variables) {
      const data = await octokit.graphql(query, variables).catch((thrown) => failGraphql(thrown));
      return read(schema, 'POST /graphql', data);
    },
  };
}

/**
 * @octokit/plugin-retry repeats whatever fails with 500 or without an answer, also what GitHub has carried out: a
 * second comment, a second re-run. Writes are left to the next reconciliation, which looks first.
 */
function onceUnlessRead(route: string, parameters: Parameters): Parameters {
  return route.startsWith('GET ') ? parameters : { ...parameters, request: { retries: 0 } };
}

/** `owner/name` as route parameters. */
export function split(repository: string): { owner: string; repo: string } {
  const [owner, repo, ...rest] = repository.split('/');
  if (!owner || !repo || rest.length > 0) {
    throw new JitError('github-repository', `Expected a repository as owner/name, met "${repository}".`);
  }
  return { owner, repo };
}

function read<T>(schema: z.ZodType<T>, route: string, data: unknown): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const words = z.prettifyError(parsed.error);
  throw new GitHubError('github-unexpected', 200, words, `Unexpected answer to ${route}: ${words}`, null);
}

const failureSchema = z.object({ status: z.int() });
const wordsSchema = z.object({ response: z.object({ data: z.object({ message: z.string() }) }) });

const longestWaitMs = 2 * 3600_000;
const secondsSchema = z.coerce
  .number()
  .int()
  .min(0)
  .max(longestWaitMs / 1000);
const limitSchema = z.object({
  status: z.union([z.literal(403), z.literal(429)]),
  response: z.object({
    headers: z.object({
      'retry-after': secondsSchema.optional().catch(undefined),
      'x-ratelimit-remaining': z.coerce.string().optional(),
      'x-ratelimit-reset': z.coerce.number().optional().catch(undefined),
    }),
  }),
});

/** What GitHub's headers say: `retry-after`, or when the hour's quota is used up the begin of the next. */
function retryAfterMs(thrown: unknown): number | null {
  const headers = limitSchema.safeParse(thrown).data?.response.headers;
  if (headers === undefined) return null;
  const { 'retry-after': seconds, 'x-ratelimit-remaining': left, 'x-ratelimit-reset': reset } = headers;
  if (seconds !== undefined) return seconds * 1000;
  if (left !== '0' || reset === undefined) return null;
  // a second more: the two clocks need not agree
  return Math.min(longestWaitMs, Math.max(0, reset * 1000 - Date.now()) + 1000);
}

function fail(route: string, thrown: unknown): never {
  const status = failureSchema.safeParse(thrown).data?.status ?? 0;
  const words = wordsSchema.safeParse(thrown).data?.response.data.message ?? messageOf(thrown);
  const answer = status === 0 ? 'no answer' : `status ${status}`;
  throw new GitHubError(codeOf(status), status, words, `GitHub, ${route}: ${answer}: ${words}`, thrown);
}

const graphqlErrorsSchema = z.object({
  errors: z.array(z.object({ type: z.string().optional(), message: z.string() })).min(1),
});

function failGraphql(thrown: unknown): never {
  const errors = graphqlErrorsSchema.safeParse(thrown).data?.errors;
  if (errors === undefined) return fail('POST /graphql', thrown);
  const words = errors.map(({ message }) => message).join('; ');
  // the limit comes as one of these too, and passes
  const code = errors.some(({ type }) => type === 'RATE_LIMITED') ? 'github-unavailable' : 'github-refused';
  throw new GitHubError(code, 200, words, `GitHub, GraphQL: ${words}`, thrown);
}

function codeOf(status: number): GitHubErrorCode {
  if (status === 404 || status === 410) return 'github-not-found';
  if (status === 401 || status === 403) return 'github-forbidden';
  if (status >= 400 && status < 500) return 'github-refused';
  return 'github-unavailable';
}
