import { generateKeyPairSync } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { authorityCertificate, type Issuer, serverCertificate, type Validity } from './certificate.ts';

/** The certificate authority of one run: it speaks for servers towards the suite, and for nobody else. */
export interface RunAuthority {
  /** Its certificate in PEM, for whoever is to trust it. */
  readonly pem: string;
  /** What a TLS server needs to be `host`, a name or an address. */
  contextFor(host: string): SecureContext;
}

const dayMs = 24 * 3_600_000;

/** Clocks differ by a day at most; a job on a machine of one's own ends after five days, and waits for 35. */
const validityMs = { before: dayMs, after: 40 * dayMs };

/** Its private keys are made here, live in this process and end with it. */
export function createRunAuthority(now: number): RunAuthority {
  const validity: Validity = {
    from: new Date(now - validityMs.before),
    to: new Date(now + validityMs.after),
  };
  const authority: Issuer = { name: 'JIT Approval, one run', ...keyPair() };
  const server = keyPair();
  const key = server.privateKey.export({ type: 'pkcs8', format: 'pem' });
  const contexts = new Map<string, SecureContext>();
  return {
    pem: authorityCertificate(authority, validity),
    contextFor: (host) => {
      const known = contexts.get(host);
      if (known !== undefined) return known;
      const cert = serverCertificate(host, server.publicKey, authority, validity);
      const context = createSecureContext({ key, cert });
      contexts.set(host, context);
      return context;
    },
  };
}

function keyPair() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}
