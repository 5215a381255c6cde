import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An API on this machine that answers what another one answered before. */
export interface Replay {
  readonly url: string;
  /** Asked since it was last read: how many requests the one measured run made. */
  taken(): number;
  close(): Promise<void>;
}

/**
 * Asks `origin` once for each request and from then on repeats its answer, so that what the origin itself spends
 * is measured in no later run. Reads only: whatever is no GET is refused.
 */
export async function replay(origin: string): Promise<Replay> {
  const answers = new Map<string, Answer>();
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    answer(origin, answers, request, response).catch((thrown: unknown) => {
      response.writeHead(502).end(String(thrown));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    taken() {
      const count = requests;
      requests = 0;
      return count;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  origin: string,
  answers: Map<string, Answer>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET') throw new Error(`only reads are replayed, met ${request.method}`);
  const path = request.url ?? '/';
  // each repository has a token of its own
  const key = `${request.headers.authorization ?? ''} ${path}`;
  const { status, headers, body } = answers.get(key) ?? (await ask(origin, path, request));
  answers.set(key, { status, headers, body });
  response.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
}

async function ask(origin: string, path: string, request: IncomingMessage): Promise<Answer> {
  const { authorization = '', accept = '*/*' } = request.headers;
  const found = await fetch(`${origin}${path}`, { headers: { authorization, accept } });
  const kept = ['content-type', 'x-github-request-id', 'date'];
  const headers = kept.flatMap((name): [string, string][] => {
    const value = found.headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  return {
    status: found.status,
    headers: Object.fromEntries(headers),
    body: Buffer.from(await found.arrayBuffer()),
  };
}
