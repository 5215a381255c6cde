import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** A server on the loopback that hands every request to `handle`, and drops those that it fails on. */
export async function listen(
  handle: (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<unknown>,
): Promise<{ readonly host: string; close(): void }> {
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address !== 'object') throw new Error('a TCP server has an address');
  return {
    host: `127.0.0.1:${address.port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

export async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** The request again, to another server. Rejects where nothing answers. */
export async function forward(incoming: IncomingMessage, body: Buffer, to: string): Promise<Answer> {
  const onward = request(new URL(incoming.url ?? '/', to), {
    method: incoming.method ?? 'GET',
    headers: incoming.headers,
    agent: false,
  });
  onward.end(body);
  const [answer]: IncomingMessage[] = await once(onward, 'response');
  if (answer === undefined) throw new Error('no answer');
  return { status: answer.statusCode ?? 502, headers: answer.headers, body: await bodyOf(answer) };
}

export function give(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  outgoing.writeHead(status, headers).end(body);
}

/** An answer of our own, as GitHub words it. */
export function refusal(status: number, message: string, headers: Record<string, string> = {}): Answer {
  const body = Buffer.from(JSON.stringify({ message, documentation_url: 'https://docs.github.com/rest' }));
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}
