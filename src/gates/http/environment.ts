/**
 * The variables by which clients find the proxy. Both cases, as curl reads only `http_proxy` in lower case and
 * others only upper case. NODE_USE_ENV_PROXY makes fetch and node:http of Node 22.21 and 24 honour them.
 *
 * Loopback bypasses the proxy, as suites start servers of their own there; a NO_PROXY that the suite had is
 * replaced, because a host in it would go past the gate unseen. JAVA_TOOL_OPTIONS is left alone: every JVM
 * would announce it on stderr, which breaks scripts that read `java -version`.
 */
export function proxyEnvironment(url: string): Record<string, string> {
  const direct = 'localhost,127.0.0.1,::1,[::1]';
  return {
    HTTP_PROXY: url,
    HTTPS_PROXY: url,
    http_proxy: url,
    https_proxy: url,
    NO_PROXY: direct,
    no_proxy: direct,
    NODE_USE_ENV_PROXY: '1',
  };
}
