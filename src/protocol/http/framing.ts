import { headerValues, type RawHeaders } from './headers.ts';

/** Headers of which two hosts could read different ones; RFC 9110 section 5.3 allows each once. */
const single = ['host', 'content-length', 'transfer-encoding', 'content-type', 'content-encoding'];

/**
 * Why a request head could be understood differently by the target, or null. Node's strict parser already
 * refuses Content-Length beside Transfer-Encoding, line folding, bare line feeds and odd lengths; this is what
 * it lets through.
 */
export function framingProblem(raw: RawHeaders): string | null {
  for (const name of single) {
    if (headerValues(raw, name).length > 1) return `the header ${name} stands there more than once`;
  }
  // what Connection names is not passed on, so the target would read the body otherwise than the rules did
  const named = headerValues(raw, 'connection').flatMap((value) => value.toLowerCase().split(','));
  const taken = single.find((name) => named.some((option) => option.trim() === name));
  // RFC 9110 section 7.6.1: a sender must not name there what is meant for all recipients
  if (taken !== undefined) return `Connection names the header ${taken}, which is not the connection's own`;
  const [coding] = headerValues(raw, 'transfer-encoding');
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked') {
    return 'Transfer-Encoding other than "chunked" is not passed on';
  }
  const both = coding !== undefined && headerValues(raw, 'content-length').length > 0;
  return both ? 'Content-Length and Transfer-Encoding exclude each other' : null;
}

/** A request has a body exactly when its head says so (RFC 9112 section 6.3). */
export function hasBody(raw: RawHeaders): boolean {
  if (headerValues(raw, 'transfer-encoding').length > 0) return true;
  const [length] = headerValues(raw, 'content-length');
  return length !== undefined && Number(length) > 0;
}
