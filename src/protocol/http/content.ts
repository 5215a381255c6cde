import type { Json, Known } from '../../policy/action.ts';
import { parseForm } from './form.ts';
import { parseJson } from './json.ts';

export interface MediaType {
  /** `type/subtype` in lower case. */
  readonly essence: string;
  /** In lower case, or null where none is given. */
  readonly charset: string | null;
}

/** Null for anything that is not exactly one media type. */
export function parseMediaType(text: string): MediaType | null {
  const parts = text.split(';').map((part) => part.trim());
  const essence = parts[0]?.toLowerCase() ?? '';
  if (!/^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(essence)) return null;
  const charsets = parts.slice(1).flatMap((part) => {
    const match = /^charset=(?:"([^"]*)"|([^"]*))$/i.exec(part);
    return match === null ? [] : [(match[1] ?? match[2] ?? '').toLowerCase()];
  });
  if (charsets.length > 1) return null;
  return { essence, charset: charsets[0] ?? null };
}

/** Encodings of which UTF-8 is the same or a superset; another one could be read differently by the target. */
const utf8 = new Set([null, 'utf-8', 'utf8', 'us-ascii']);

/** A body's bytes (decoded, never empty) as a document, or why it is none that rules can read. */
export function parseBody(contentType: string | null, bytes: Uint8Array): Known<Json> {
  const media = contentType === null ? null : parseMediaType(contentType);
  if (media === null) return { known: false, why: 'a body without a usable content type' };
  const parse = parserFor(media.essence);
  if (parse === null) return { known: false, why: `a body of type ${media.essence}` };
  if (!utf8.has(media.charset)) return { known: false, why: `a body in charset ${media.charset}` };
  const text = decodeUtf8(bytes);
  return text === null ? { known: false, why: 'a body that is no valid UTF-8' } : parse(text);
}

function parserFor(essence: string): ((text: string) => Known<Json>) | null {
  if (essence === 'application/x-www-form-urlencoded') return parseForm;
  const json =
    essence === 'application/json' || essence === 'text/json' || /^[a-z]+\/.+\+json$/.test(essence);
  return json ? parseJson : null;
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    // The byte order mark is kept, so that the JSON parser refuses it as RFC 8259 lets it
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
