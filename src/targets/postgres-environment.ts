import type { PostgresSpec } from './postgres.ts';
import { databaseUrl, pairName } from './postgres-url.ts';

/** What the suite needs to know of a gate instead of the target. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/**
 * Variables that libpq and its friends read ("Environment Variables" of libpq's manual). What a gate does not
 * set is taken away, or it would lead around the gate, or spoil the way to it (TLS, services, password files).
 */
export const libpqVariables = [
  ...['PGHOST', 'PGHOSTADDR', 'PGPORT', 'PGDATABASE', 'PGUSER', 'PGPASSWORD', 'PGPASSFILE'],
  ...['PGSERVICE', 'PGSERVICEFILE', 'PGSYSCONFDIR', 'PGREQUIREAUTH', 'PGCHANNELBINDING', 'PGREQUIREPEER'],
  ...['PGSSLMODE', 'PGREQUIRESSL', 'PGSSLNEGOTIATION', 'PGSSLCOMPRESSION', 'PGSSLCERT', 'PGSSLKEY'],
  ...['PGSSLCERTMODE', 'PGSSLROOTCERT', 'PGSSLCRL', 'PGSSLCRLDIR', 'PGSSLSNI'],
  ...['PGSSLMINPROTOCOLVERSION', 'PGSSLMAXPROTOCOLVERSION', 'PGGSSENCMODE', 'PGGSSDELEGATION', 'PGGSSLIB'],
  ...['PGKRBSRVNAME', 'PGMINPROTOCOLVERSION', 'PGMAXPROTOCOLVERSION', 'PGTARGETSESSIONATTRS'],
  ...['PGLOADBALANCEHOSTS', 'PGOPTIONS', 'PGAPPNAME', 'PGCONNECT_TIMEOUT', 'PGCLIENTENCODING'],
  ...['PGDATESTYLE', 'PGTZ', 'PGGEQO', 'PGLOCALEDIR'],
] as const;

/**
 * Parameters of a URL that would lead around the gate or keep a client from reaching it, in lower case:
 * libpq's, JDBC's and Prisma's words for the address, for TLS, for channel binding, for services and for
 * choosing among hosts.
 */
const dropped: ReadonlySet<string> = new Set([
  ...['host', 'hostaddr', 'port', 'user', 'password', 'dbname', 'passfile', 'service', 'servicefile'],
  ...['ssl', 'sslmode', 'requiressl', 'sslnegotiation', 'sslcompression', 'sslcert', 'sslkey', 'sslpassword'],
  ...['sslcertmode', 'sslrootcert', 'sslcrl', 'sslcrldir', 'sslsni', 'ssl_min_protocol_version'],
  ...[
    'ssl_max_protocol_version',
    'sslfactory',
    'sslfactoryarg',
    'sslhostnameverifier',
    'sslpasswordcallback',
  ],
  ...['sslaccept', 'sslidentity', 'sslresponsetimeout', 'uselibpqcompat'],
  ...['channel_binding', 'channelbinding', 'require_auth', 'requireauth', 'requirepeer'],
  ...['gssencmode', 'gssdelegation', 'gsslib', 'gssresponsetimeout', 'krbsrvname', 'kerberosservername'],
  ...['target_session_attrs', 'targetservertype', 'load_balance_hosts', 'loadbalancehosts', 'socketfactory'],
  ...['localsocketaddress', 'authenticationpluginclassname', 'min_protocol_version', 'max_protocol_version'],
]);

/**
 * The URL as it reaches the gate: same scheme, same database, same unknown parameters. In a JDBC URL user and
 * password are parameters, elsewhere they stand before the host.
 */
export function rewriteUrl(original: string, gate: PostgresAddress): string {
  const url = databaseUrl(original, 'the connection URL');
  const kept = url.pairs.filter((pair) => !dropped.has(decodeURIComponent(pairName(pair)).toLowerCase()));
  const database = url.query.get('dbname') ?? (url.database === '' ? gate.database : url.database);
  const user = encodeURIComponent(gate.user);
  const password = encodeURIComponent(gate.password);
  const jdbc = /^jdbc:/i.test(url.scheme);
  const pairs = jdbc ? [...kept, `user=${user}`, `password=${password}`] : kept;
  const credentials = jdbc ? '' : `${user}:${password}@`;
  const query = pairs.length === 0 ? '' : `?${pairs.join('&')}`;
  const path = encodeURIComponent(database);
  return `${url.scheme}//${credentials}${gate.host}:${gate.port}/${path}${query}${url.fragment}`;
}

/** What a taken-over target changes in the suite's environment. */
export interface PostgresEnvironment {
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
}

export function postgresEnvironment(
  spec: PostgresSpec,
  env: Readonly<Record<string, string | undefined>>,
  gate: PostgresAddress,
): PostgresEnvironment {
  const set =
    'env' in spec ? { [spec.env]: rewriteUrl(env[spec.env] ?? '', gate) } : splitVariables(spec, gate);
  return { set, unset: libpqVariables.filter((name) => !(name in set)) };
}

function splitVariables(
  spec: Exclude<PostgresSpec, { env: string }>,
  gate: PostgresAddress,
): Record<string, string> {
  return {
    [spec.host]: gate.host,
    [spec.port]: String(gate.port),
    [spec.user]: gate.user,
    [spec.password]: gate.password,
    [spec.database]: gate.database,
  };
}
