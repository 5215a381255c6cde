/** One server-sent event. */
export interface ServerEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

/** No event of ours comes near it. */
const longestEvent = 1024 * 1024;

/**
 * Server-sent events of a body, as the HTML standard reads them. `heard` is called at every sign of life,
 * comments too. Throws on an event that never ends.
 */
export async function* serverEvents(
  body: AsyncIterable<Uint8Array>,
  heard: () => void,
): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let fields = new Map<string, string>();
  for await (const chunk of body) {
    heard();
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r/);
    rest = lines.pop() ?? '';
    if (rest.length > longestEvent) throw new Error('the App sent a line without an end');
    for (const line of lines) {
      if (line !== '') {
        addField(fields, line);
        continue;
      }
      const data = fields.get('data');
      if (data !== undefined)
        yield { id: fields.get('id') ?? null, event: fields.get('event') ?? 'message', data };
      fields = new Map();
    }
  }
}

function addField(fields: Map<string, string>, line: string): void {
  const at = line.indexOf(':');
  // a line that begins with a colon is a comment
  if (at === 0) return;
  const name = at < 0 ? line : line.slice(0, at);
  const value = at < 0 ? '' : line.slice(at + 1).replace(/^ /, '');
  const before = fields.get(name);
  const text = name === 'data' && before !== undefined ? `${before}\n${value}` : value;
  if (text.length > longestEvent) throw new Error('the App sent an event without an end');
  fields.set(name, text);
}
