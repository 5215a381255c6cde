/** Headers as they came: name, value, name, value (node's `rawHeaders`). Keeps order, case and repetitions. */
export type RawHeaders = readonly string[];

/**
 * Headers that concern one connection only (RFC 9110 section 7.6.1) or a proxy's own credentials, and must
 * never be passed on. `trailer` stays: it describes the message.
 */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

export function headerPairs(raw: RawHeaders): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) pairs.push([raw[i] ?? '', raw[i + 1] ?? '']);
  return pairs;
}

/** Every value of one header, in order; `name` in lower case. */
export function headerValues(raw: RawHeaders, name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const key = raw[i] ?? '';
    if (key.length === name.length && key.toLowerCase() === name) values.push(raw[i + 1] ?? '');
  }
  return values;
}

/** The first value of one header, or null; `name` in lower case. */
export function headerValue(raw: RawHeaders, name: string): string | null {
  return headerValues(raw, name)[0] ?? null;
}

/** What may be passed on: without hop-by-hop headers, those that Connection names, and `without`. */
export function endToEnd(raw: RawHeaders, without: readonly string[] = []): [string, string][] {
  const named = headerValues(raw, 'connection').flatMap((value) => value.toLowerCase().split(','));
  const dropped = new Set([...without, ...named.map((name) => name.trim())]);
  return headerPairs(raw).filter(([name]) => {
    const key = name.toLowerCase();
    return !hopByHop.has(key) && !dropped.has(key);
  });
}

/** Names in lower case; repeated headers joined by ", ". Any name is safe as a key, `__proto__` too. */
export function joinHeaders(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const joined = new Map<string, string>();
  for (const [key, value] of pairs) {
    const name = key.toLowerCase();
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(joined);
}
