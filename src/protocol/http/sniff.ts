/** What the first bytes inside a CONNECT tunnel are; `more` asks for further bytes. */
export type Sniffed = 'tls' | 'http' | 'other' | 'more';

/** Content type of a TLS handshake record (RFC 8446 section 5.1). */
const handshake = 0x16;

/** Longer than any registered method (UPDATEREDIRECTREF, 17). */
const longestMethod = 20;

/**
 * Clients that tunnel everything (Node's fetch) send CONNECT for http:// too, so the port says nothing for sure.
 * HTTP/2 with prior knowledge looks like a method named PRI; it is no HTTP/1.1 and counts as `other`.
 */
export function sniff(bytes: Uint8Array): Sniffed {
  if (bytes.length === 0) return 'more';
  if (bytes[0] === handshake) return 'tls';
  const text = Buffer.from(bytes.subarray(0, longestMethod + 1)).toString('latin1');
  const method = /^[A-Z][A-Z-]*/.exec(text)?.[0] ?? '';
  if (method === '' || method.length > longestMethod) return 'other';
  if (method.length === text.length) return 'more';
  return text[method.length] === ' ' && method !== 'PRI' ? 'http' : 'other';
}
