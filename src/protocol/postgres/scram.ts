import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { ProtocolViolation } from './violation.ts';

/**
 * The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677) without channel binding: the gate listens on the
 * loopback only. Randomness is given by the caller, so that every exchange can be replayed in a test.
 */

export const scramMechanism = 'SCRAM-SHA-256';

/** What the server keeps of a password; computed once per gate because the iterations are slow by design. */
export interface ScramSecret {
  readonly salt: Buffer;
  readonly iterations: number;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

export function scramSecret(password: string, salt: Buffer, iterations = 4096): ScramSecret {
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, 32, 'sha256');
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest();
  return { salt, iterations, storedKey, serverKey: hmac(salted, 'Server Key') };
}

export interface ScramChallenge {
  /** server-first-message */
  readonly text: string;
  /** Checks client-final-message; null when the password is wrong, else server-final-message. */
  finish(clientFinal: string): string | null;
}

/** Answers client-first-message. `nonce` is printable ASCII without commas. */
export function scramChallenge(secret: ScramSecret, clientFirst: string, nonce: string): ScramChallenge {
  const first = /^([ny]),(?:a=[^,]*)?,(n=[^,]*,r=([\x21-\x2b\x2d-\x7e]+))$/.exec(clientFirst);
  const [, binding, bare, clientNonce] = first ?? [];
  if (binding === undefined || bare === undefined || clientNonce === undefined) {
    throw new ProtocolViolation('the first SCRAM message is malformed, or asks for channel binding');
  }
  const header = clientFirst.slice(0, clientFirst.length - bare.length);
  const whole = clientNonce + nonce;
  const text = `r=${whole},s=${secret.salt.toString('base64')},i=${secret.iterations}`;
  const finish = (clientFinal: string): string | null => {
    const final = /^(c=([A-Za-z0-9+/=]*),r=([^,]*)),p=([A-Za-z0-9+/=]+)$/.exec(clientFinal);
    const [, withoutProof, channel, answered, proof] = final ?? [];
    if (
      withoutProof === undefined ||
      channel === undefined ||
      answered === undefined ||
      proof === undefined
    ) {
      throw new ProtocolViolation('the last SCRAM message is malformed');
    }
    if (answered !== whole || Buffer.from(channel, 'base64').toString('utf8') !== header) return null;
    const signed = `${bare},${text},${withoutProof}`;
    if (!provesKey(secret.storedKey, signed, Buffer.from(proof, 'base64'))) return null;
    return `v=${hmac(secret.serverKey, signed).toString('base64')}`;
  };
  return { text, finish };
}

function provesKey(storedKey: Buffer, signed: string, proof: Buffer): boolean {
  const signature = hmac(storedKey, signed);
  if (proof.length !== signature.length) return false;
  const clientKey = Buffer.from(proof.map((byte, at) => byte ^ (signature[at] ?? 0)));
  return timingSafeEqual(createHash('sha256').update(clientKey).digest(), storedKey);
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
