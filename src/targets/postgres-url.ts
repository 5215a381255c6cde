import { JitError } from '../errors.ts';

/** A connection URL taken apart, its texts decoded. */
export interface DatabaseUrl {
  /** As written, up to and without `//`: `postgresql:`, `postgresql+asyncpg:`, `jdbc:postgresql:`. */
  readonly scheme: string;
  readonly user: string;
  readonly password: string | null;
  /** Without brackets. */
  readonly host: string;
  readonly port: string | undefined;
  readonly database: string;
  readonly query: ReadonlyMap<string, string>;
  /** The query's pairs as written. */
  readonly pairs: readonly string[];
  readonly fragment: string;
}

const pattern =
  /^((?:jdbc:)?(?:postgres|postgresql|postgis)(?:\+[a-z0-9_.-]+)?:)\/\/(?:([^/?#@]*)@)?(\[[0-9a-f:.%]+\]|[^/?#:,]*)(?::(\d*))?(?:\/([^?#]*))?(?:\?([^#]*))?(#.*)?$/i;

/** Takes a URL apart; `variable` names its place in problems, which never repeat the URL: it has a password. */
export function databaseUrl(text: string, variable: string): DatabaseUrl {
  const [, scheme, credentials = '', host = '', port, path = '', query = '', fragment = ''] =
    pattern.exec(text.trim()) ?? [];
  if (scheme === undefined) {
    throw problem(
      `${variable} is not a PostgreSQL URL with one host; expected postgresql://USER:PASSWORD@HOST:PORT/DATABASE`,
    );
  }
  const colon = credentials.indexOf(':');
  const pairs = query === '' ? [] : query.split('&').filter((pair) => pair !== '');
  const decode = (part: string) => decoded(part, variable);
  return {
    scheme,
    user: decode(colon < 0 ? credentials : credentials.slice(0, colon)),
    password: colon < 0 ? null : decode(credentials.slice(colon + 1)),
    host: decode(host.replace(/^\[(.*)\]$/, '$1')),
    port,
    database: decode(path),
    query: new Map(
      pairs.map((pair) => [decode(pairName(pair)), decode(pair.slice(pairName(pair).length + 1))]),
    ),
    pairs,
    fragment,
  };
}

export function pairName(pair: string): string {
  return pair.split('=', 1)[0] ?? pair;
}

function decoded(part: string, variable: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw problem(
      `${variable} has a percent sign that is not followed by two hexadecimal digits; write it as %25`,
    );
  }
}

function problem(message: string): JitError<'postgres-settings'> {
  return new JitError('postgres-settings', message);
}
