import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import type { PostgresSettings } from './postgres.ts';

/**
 * How to try TLS, in order, for each `sslmode` as libpq means it ("SSL Support" in PostgreSQL's manual):
 * `prefer` (the default) encrypts where the server can and verifies nothing, `verify-full` verifies the
 * certificate and the name.
 */
export async function tlsAttempts(
  settings: PostgresSettings,
): Promise<readonly (ConnectionOptions | false)[]> {
  const { mode, rootCertificate, certificate, key } = settings.tls;
  // a Unix socket never speaks TLS
  if (mode === 'disable' || settings.host.startsWith('/')) return [false];
  const files: ConnectionOptions = {
    ...(rootCertificate === null ? {} : { ca: await readFile(rootCertificate) }),
    ...(certificate === null ? {} : { cert: await readFile(certificate) }),
    ...(key === null ? {} : { key: await readFile(key) }),
  };
  const unverified: ConnectionOptions = { ...files, rejectUnauthorized: false };
  const byAuthority: ConnectionOptions = { ...files, checkServerIdentity: () => undefined };
  switch (mode) {
    case 'allow':
      return [false, unverified];
    case 'prefer':
      return [unverified, false];
    case 'require':
      // with a root certificate libpq verifies for backward compatibility
      return [rootCertificate === null ? unverified : byAuthority];
    case 'verify-ca':
      return [byAuthority];
    case 'verify-full':
      return [files];
  }
}
