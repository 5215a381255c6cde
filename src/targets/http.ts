import type { Target } from '../policy/action.ts';
import {
  type Authority,
  defaultPort,
  formatAuthority,
  isLoopback,
  parseAuthority,
} from '../protocol/http/authority.ts';

/** `http: { host, port? }`: reached through the proxy. `http: { env }`: a base URL in a variable. */
export type HttpTargetForm =
  | { readonly host: string; readonly port?: number | undefined }
  | { readonly env: string };

export interface DeclaredHttpTarget {
  readonly name: string;
  readonly http: HttpTargetForm;
  readonly disposable: boolean;
}

/** A base URL that a reverse gate takes over. */
export interface ReverseTarget {
  readonly target: Target;
  /** The variable that held it and gets the gate's URL. */
  readonly env: string;
  readonly upstream: URL;
}

export interface HttpTargets {
  readonly reverse: readonly ReverseTarget[];
  /** For the proxy. A host that no target names is undeclared: its name is host:port. */
  targetFor(scheme: 'http' | 'https', host: string, port: number): Target;
  /** One sentence each, for whoever wrote the policy or set the environment; any of them stops the run. */
  readonly problems: readonly string[];
}

export function httpTargets(
  declared: readonly DeclaredHttpTarget[],
  env: Readonly<Record<string, string | undefined>>,
): HttpTargets {
  const problems: string[] = [];
  const reverse: ReverseTarget[] = [];
  const byHost: { entry: DeclaredHttpTarget; host: string; port: number | null }[] = [];
  for (const entry of declared) {
    const read = 'env' in entry.http ? readBase(entry, entry.http.env, env) : readHost(entry, entry.http);
    if (typeof read === 'string') problems.push(read);
    else if (read instanceof URL) {
      const { authority } = upstreamAuthority(read);
      const name = 'env' in entry.http ? entry.http.env : '';
      reverse.push({ target: targetAt(entry, authority), env: name, upstream: read });
      byHost.push({ entry, ...authority });
    } else byHost.push({ entry, ...read });
  }
  return {
    reverse,
    problems,
    targetFor: (_scheme, host, port) => {
      const fits = byHost.filter((known) => known.host === host && (known.port ?? port) === port);
      // The one that names the port is meant before the one that leaves it open
      const found = fits.find((known) => known.port !== null) ?? fits[0];
      return found === undefined ? undeclared({ host, port }) : targetAt(found.entry, { host, port });
    },
  };
}

/** Scheme, host and port of a base URL. */
export function upstreamAuthority(url: URL): { scheme: 'http' | 'https'; authority: Authority } {
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return { scheme, authority: { host, port: url.port === '' ? defaultPort(scheme) : Number(url.port) } };
}

function readHost(
  { name }: DeclaredHttpTarget,
  form: { readonly host: string; readonly port?: number | undefined },
): { host: string; port: number | null } | string {
  // An IPv6 address may stand without brackets, so a colon says nothing of a port by itself
  const bare = /^[^[:]*:[^:]*:/.test(form.host) ? `[${form.host}]` : form.host;
  const parsed = /:\d*$/.test(bare) ? null : parseAuthority(bare, 80);
  if (parsed === null) {
    return `Target ${name}: expected a host name or address, met ${JSON.stringify(form.host)}; a port goes under "port".`;
  }
  if (isLoopback(parsed.host)) {
    return (
      `Target ${name}: ${parsed.host} is this machine, which HTTP clients reach past a proxy. ` +
      'Put its base URL into a variable and declare http: { env: THE_VARIABLE }.'
    );
  }
  return { host: parsed.host, port: form.port ?? null };
}

function readBase(
  { name }: DeclaredHttpTarget,
  variable: string,
  env: Readonly<Record<string, string | undefined>>,
): URL | string {
  const value = env[variable];
  if (value === undefined || value === '') {
    return `Target ${name}: expected a base URL in the environment variable ${variable}, which is not set.`;
  }
  const url = URL.parse(value);
  // The value may hold a password: it is not repeated
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return `Target ${name}: expected ${variable} to hold a URL with http:// or https://, met something else.`;
  }
  return url;
}

function targetAt({ name, disposable }: DeclaredHttpTarget, authority: Authority): Target {
  const address = formatAuthority(authority);
  const identity = disposable ? name : address;
  return { name, kind: 'http', declared: true, disposable, identity, ...authority, database: null };
}

function undeclared(authority: Authority): Target {
  const address = formatAuthority(authority);
  return {
    name: address,
    kind: 'http',
    declared: false,
    disposable: false,
    identity: address,
    ...authority,
    database: null,
  };
}
