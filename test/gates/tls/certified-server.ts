import { generateKeyPairSync } from 'node:crypto';
import { authorityCertificate, type Issuer, serverCertificate } from '../../../src/gates/tls/certificate.ts';

/** A server's key and certificate for `host`, and in PEM the authority that signed it, which nobody trusts yet. */
export function certifiedServer(host: string): { pem: string; identity: { key: string; cert: string } } {
  const validity = { from: new Date(Date.now() - 60_000), to: new Date(Date.now() + 3_600_000) };
  const authority: Issuer = {
    name: 'the world outside',
    ...generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  };
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const cert = serverCertificate(host, server.publicKey, authority, validity);
  return { pem: authorityCertificate(authority, validity), identity: { key, cert } };
}
