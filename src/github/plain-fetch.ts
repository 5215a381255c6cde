import { Buffer } from 'node:buffer';
import * as http from 'node:http';
import * as https from 'node:https';

/** As much of a fetch's request as Octokit gives. */
export interface PlainRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** As much of a fetch's answer as Octokit reads. */
export interface PlainResponse {
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly ok: boolean;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

const silenceMs = 60_000;
const mostRedirects = 5;
/** The largest answer that a job asks for is a page of a hundred comments, 65,536 characters each. */
const mostBytes = 64 * 1024 * 1024;

/**
 * `fetch` for an API, by Node's own HTTP client: the global fetch takes 45 ms of a job's start to load, this one
 * 5. Follows redirects (a renamed repository), with the credential only as long as the origin stays the same.
 * Rejects without an answer, where nothing came for a minute, or where more came than anybody asks for.
 */
export async function plainFetch(address: string, request: PlainRequest = {}): Promise<PlainResponse> {
  let [url, asked] = [new URL(address), request];
  for (let redirects = 0; ; redirects++) {
    const answer = await exchange(url, asked);
    const to = redirectOf(answer, url, asked.method ?? 'GET');
    if (to === null) return answer;
    if (redirects === mostRedirects) throw new Error(`more than ${mostRedirects} redirects from ${address}`);
    if (to.protocol !== url.protocol) throw new Error(`a redirect from ${url.protocol} to ${to.protocol}`);
    if (to.origin !== url.origin) asked = { ...asked, headers: withoutCredential(asked.headers) };
    url = to;
  }
}

/** Only what may be asked again as it was: a POST after 301 would turn into a GET. */
function redirectOf({ status, headers }: PlainResponse, from: URL, method: string): URL | null {
  const location = headers.get('location');
  const same = status === 307 || status === 308 || (method === 'GET' && (status === 301 || status === 302));
  return same && location !== undefined ? new URL(location, from) : null;
}

function withoutCredential(headers: PlainRequest['headers'] = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'),
  );
}

function exchange(url: URL, { method, headers, body, signal }: PlainRequest): Promise<PlainResponse> {
  return new Promise((resolve, reject) => {
    const start = url.protocol === 'https:' ? https.request : http.request;
    const options = { method: method ?? 'GET', headers: { ...headers }, ...(signal ? { signal } : {}) };
    const sent = start(url, options, (answer) => {
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size <= mostBytes) return;
        reject(new Error(`${url.host} answered with more than ${mostBytes} bytes`));
        sent.destroy();
      });
      answer.once('error', reject);
      answer.once('end', () => resolve(responseOf(url, answer, Buffer.concat(chunks))));
    });
    sent.once('error', reject);
    sent.setTimeout(silenceMs, () => {
      sent.destroy(new Error(`${url.host} did not answer for ${silenceMs / 1000} s`));
    });
    // with its length: a body of unknown length is refused by some servers
    if (body === undefined) sent.end();
    else sent.setHeader('content-length', Buffer.byteLength(body)).end(body);
  });
}

function responseOf(url: URL, answer: http.IncomingMessage, body: Buffer): PlainResponse {
  const status = answer.statusCode ?? 0;
  const headers = Object.entries(answer.headers).map(([name, value]): [string, string] => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return {
    status,
    statusText: answer.statusMessage ?? '',
    url: url.href,
    ok: status >= 200 && status < 300,
    headers: new Map(headers),
    text: async () => body.toString('utf8'),
    arrayBuffer: async () => new Uint8Array(body).buffer,
  };
}
