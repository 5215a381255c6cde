import { AsyncLocalStorage } from 'node:async_hooks';
import { type DestinationStream, destination, pino, stdTimeFunctions } from 'pino';
import type { Logger } from 'probot';

/** What a line is about; stands on every line that is written within. */
export interface About {
  readonly delivery?: string;
  readonly event?: string;
  /** owner/name#number */
  readonly pull?: string;
  /** Work that no delivery and no pull request asked for. */
  readonly task?: 'sweep';
}

const about = new AsyncLocalStorage<About>();

/** Everything that is logged during `work`, by whatever library, says what it is about. */
export function within<T>(facts: About, work: () => T): T {
  return about.run({ ...about.getStore(), ...facts }, work);
}

/** The same for work that has a cause of its own, whoever happened to start it. */
export function anew<T>(facts: About, work: () => T): T {
  return about.run(facts, work);
}

/** Tokens of GitHub and JWTs, wherever they may have slipped into. */
const tokens = /\b(?:gh[a-z]_[\w.-]{16,}|github_pat_\w{16,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)/g;

export interface LogOptions {
  readonly level: string;
  /** Never written, whatever a library says. */
  readonly secrets: readonly string[];
  /** Default: standard output. */
  readonly to?: DestinationStream;
}

/** One JSON object a line. Nothing of an error but what it says itself: no requests, no payloads. */
export function openLog({ level, secrets, to }: LogOptions): Logger {
  const hidden = secrets.flatMap(spellings);
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: () => ({ ...about.getStore() }),
    // an event as a library has it carries the whole payload
    serializers: { err: errorParts, error: errorParts, event: (event: unknown) => textOnly(event) },
    hooks: {
      streamWrite: (line: string) =>
        hidden.reduce((text, secret) => text.replaceAll(secret, '[secret]'), line).replace(tokens, '[token]'),
    },
  };
  return pino(options, to ?? destination(1));
}

/** As it stands in JSON, and each line of a key. */
function spellings(secret: string): string[] {
  const lines = secret.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----'));
  return [...new Set([secret, ...lines])]
    .filter((each) => each !== '')
    .map((each) => JSON.stringify(each).slice(1, -1));
}

function errorParts(thrown: unknown): object {
  if (!(thrown instanceof Error)) return { message: String(thrown) };
  const code: unknown = Reflect.get(thrown, 'code');
  return {
    type: thrown.name,
    message: thrown.message,
    stack: thrown.stack,
    ...(typeof code === 'string' && { code }),
    ...(thrown instanceof AggregateError && { errors: thrown.errors.map(errorParts) }),
  };
}

function textOnly(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
