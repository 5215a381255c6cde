/** Host and port in canonical form. IPv6 addresses stand without brackets. */
export interface Authority {
  readonly host: string;
  readonly port: number;
}

/**
 * Parses `host[:port]` as the URL standard does, so that every spelling of one host is one text: letter case,
 * `0x7f.1`, percent escapes, IDNA, a trailing dot. A rule for `api.stripe.com` must not be missed by
 * `API.stripe.com.`. Null for userinfo, for anything behind the port, and for what is no host.
 */
export function parseAuthority(text: string, defaultPort: number): Authority | null {
  if (text === '' || /[@/?#\\\s]/.test(text)) return null;
  const url = URL.parse(`http://${text}`);
  if (url === null || url.username !== '' || url.pathname !== '/') return null;
  // From the text, as URL drops a port that is its scheme's default
  const written = /:(\d*)$/.exec(text.replace(/^\[[^\]]*\]/, ''))?.[1];
  const port = written === undefined ? defaultPort : Number(written);
  if (port < 1 || port > 65_535) return null;
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return host === '' ? null : { host, port };
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatAuthority({ host, port }: Authority): string {
  return `${bracketed(host)}:${port}`;
}

/** The value of a Host header: without the port where it is the scheme's own. */
export function hostHeader(scheme: 'http' | 'https', { host, port }: Authority): string {
  return port === defaultPort(scheme) ? bracketed(host) : `${bracketed(host)}:${port}`;
}

export function defaultPort(scheme: 'http' | 'https'): number {
  return scheme === 'https' ? 443 : 80;
}

/** True for names and addresses that never leave the machine (RFC 6761 section 6.3, RFC 1122 3.2.1.3). */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    /^127\.\d+\.\d+\.\d+$/.test(host) ||
    host === '::1' ||
    /^::ffff:(127\.|7f[0-9a-f]{2}:)/i.test(host)
  );
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
