import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A password for one run: 192 bits, safe inside a URL. */
export function oneRunSecret(): string {
  return randomBytes(24).toString('base64url');
}

/** Compares in constant time; hashing first makes the lengths equal. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

/** The password of a Basic credential, or null; the user's name does not matter. */
export function basicPassword(header: string): string | null {
  const encoded = /^basic\s+([a-z0-9+/=_-]+)\s*$/i.exec(header)?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? null : text.slice(colon + 1);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
