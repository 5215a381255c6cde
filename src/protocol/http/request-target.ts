import { type Authority, defaultPort, parseAuthority } from './authority.ts';

/** The request target of an origin: `raw` is what goes to the target, the rest is what is judged. */
export interface OriginTarget {
  readonly raw: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
}

export interface AbsoluteTarget extends OriginTarget {
  readonly scheme: 'http' | 'https';
  readonly authority: Authority;
}

/** Visible ASCII without `#`: clients keep the fragment to themselves. */
const allowed = /^[\x21\x22\x24-\x7e]*$/;

/** `/path?query`. Null for anything else: `*`, fragments, characters that no client may send. */
export function parseOriginForm(text: string): OriginTarget | null {
  if (!text.startsWith('/') || !allowed.test(text)) return null;
  const cut = text.indexOf('?');
  const path = cut === -1 ? text : text.slice(0, cut);
  const query = cut === -1 ? '' : text.slice(cut + 1);
  return { raw: text, path: normalPath(path), query: queryPairs(query) };
}

/** `http://host[:port]/path?query`, as a forward proxy receives it. */
export function parseAbsoluteForm(text: string): AbsoluteTarget | null {
  const match = /^(https?):\/\/([^/?#]*)(.*)$/i.exec(text);
  if (match === null) return null;
  const scheme = match[1]?.toLowerCase() === 'https' ? 'https' : 'http';
  const authority = parseAuthority(match[2] ?? '', defaultPort(scheme));
  const rest = match[3] ?? '';
  const origin = parseOriginForm(rest.startsWith('/') ? rest : `/${rest}`);
  return authority === null || origin === null ? null : { scheme, authority, ...origin };
}

/**
 * The path's normal form (RFC 3986 section 6.2.2): needless escapes undone, the others in upper case, dot
 * segments resolved, so that `/v1/%63harges` and `/x/../v1/charges` meet the rule for `/v1/charges`. Text that
 * is no valid escape stays as it is, as servers leave it.
 */
export function normalPath(path: string): string {
  const plain = path.replace(/%[0-9a-f]{2}/gi, (escaped) => {
    const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : escaped.toUpperCase();
  });
  const kept: string[] = [];
  const segments = plain.split('/').slice(1);
  segments.forEach((segment, index) => {
    const last = index === segments.length - 1;
    if (segment === '..') kept.pop();
    if (segment !== '.' && segment !== '..') kept.push(segment);
    else if (last) kept.push('');
  });
  return `/${kept.join('/')}`;
}

/** Decoded pairs in order. A part that is not valid UTF-8 in escapes stays as written. */
export function queryPairs(query: string): [string, string][] {
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const cut = part.indexOf('=');
      const [name, value] = cut === -1 ? [part, ''] : [part.slice(0, cut), part.slice(cut + 1)];
      return [formDecode(name) ?? name, formDecode(value) ?? value];
    });
}

/** application/x-www-form-urlencoded text, or null where its escapes are no valid UTF-8. */
export function formDecode(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
