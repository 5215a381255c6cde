import { JitError } from '../errors.ts';
import type { Target } from '../policy/action.ts';
import { type DatabaseUrl, databaseUrl } from './postgres-url.ts';

const tlsModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
type TlsMode = (typeof tlsModes)[number];

/** Where the target is and who we are to it. Holds a secret: never printed. */
export interface PostgresSettings {
  /** Name or address; a folder when it begins with a slash. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | null;
  readonly database: string;
  readonly tls: {
    readonly mode: TlsMode;
    /** Paths of PEM files. */
    readonly rootCertificate: string | null;
    readonly certificate: string | null;
    readonly key: string | null;
  };
}

/** Which variables of the environment hold the connection. */
export type PostgresSpec =
  | { readonly env: string }
  | {
      readonly host: string;
      readonly port: string;
      readonly user: string;
      readonly password: string;
      readonly database: string;
    };

type Environment = Readonly<Record<string, string | undefined>>;

/** Port of PostgreSQL at IANA. */
const defaultPort = 5432;

/** The connection that the environment describes. Throws a JitError that names the variable, never its value. */
export function postgresSettings(spec: PostgresSpec, env: Environment): PostgresSettings {
  if ('env' in spec) return fromUrl(spec.env, databaseUrl(required(env, spec.env), spec.env), env);
  const host = required(env, spec.host);
  return {
    host,
    port: portNumber(env[spec.port], spec.port),
    user: required(env, spec.user),
    password: env[spec.password] ?? null,
    database: required(env, spec.database),
    tls: tlsSettings(new Map(), env, spec.host),
  };
}

/** What `postgresSettings` reads of a URL given as it is. */
export function settingsFromUrl(url: string): PostgresSettings {
  return fromUrl('the URL', databaseUrl(url, 'the URL'), {});
}

function fromUrl(variable: string, url: DatabaseUrl, env: Environment): PostgresSettings {
  // an empty parameter counts as none
  const given = (name: string) => url.query.get(name) || null;
  const host = given('host') ?? given('hostaddr') ?? (url.host === '' ? 'localhost' : url.host);
  const user = given('user') ?? (url.user === '' ? (env.PGUSER ?? null) : url.user);
  if (user === null)
    throw problem(`${variable} names no user: write postgresql://USER:PASSWORD@HOST/DATABASE`);
  return {
    host,
    port: portNumber(given('port') ?? url.port, variable),
    user,
    password: given('password') ?? url.password ?? env.PGPASSWORD ?? null,
    // as libpq: without a database the user's name is taken
    database: given('dbname') ?? (url.database === '' ? user : url.database),
    tls: tlsSettings(url.query, env, variable),
  };
}

function tlsSettings(
  query: ReadonlyMap<string, string>,
  env: Environment,
  variable: string,
): PostgresSettings['tls'] {
  const legacy = query.get('ssl')?.toLowerCase();
  const mode =
    query.get('sslmode') ?? (legacy === 'true' || legacy === '1' ? 'require' : (env.PGSSLMODE ?? 'prefer'));
  // node-postgres' own word for what libpq calls require
  const known = tlsModes.find((name) => name === (mode === 'no-verify' ? 'require' : mode));
  if (known === undefined) {
    throw problem(`${variable} asks for an sslmode that is not known; allowed: ${tlsModes.join(', ')}`);
  }
  const file = (name: string, fallback: string) => query.get(name) ?? env[fallback] ?? null;
  return {
    mode: known,
    rootCertificate: file('sslrootcert', 'PGSSLROOTCERT'),
    certificate: file('sslcert', 'PGSSLCERT'),
    key: file('sslkey', 'PGSSLKEY'),
  };
}

function portNumber(text: string | undefined, variable: string): number {
  if (text === undefined || text === '') return defaultPort;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw problem(`the port in ${variable} is not a number from 1 to 65535`);
  return port;
}

function required(env: Environment, variable: string): string {
  const value = env[variable];
  if (value === undefined || value === '') {
    throw problem(
      `the environment variable ${variable} is not set, but the policy takes a PostgreSQL target from it (in a workflow, a secret that does not exist, or that a fork may not read, gives an empty variable)`,
    );
  }
  return value;
}

function problem(message: string): JitError<'postgres-settings'> {
  return new JitError('postgres-settings', message);
}

/** What an approval binds: a disposable target's name, else where it really is. */
export function postgresTarget(
  name: string,
  settings: PostgresSettings,
  given: { readonly declared: boolean; readonly disposable: boolean },
): Target {
  const { host, port, database } = settings;
  const identity = given.disposable ? name : `${host}:${port}/${database}`;
  return { name, kind: 'postgres', ...given, identity, host, port, database };
}

/** The same target seen through a session that asked for another database of the same server. */
export function targetOfDatabase(target: Target, database: string): Target {
  if (target.database === database) return target;
  const identity = `${target.disposable ? target.name : `${target.host}:${target.port}`}/${database}`;
  return { ...target, database, identity };
}
