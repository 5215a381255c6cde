import type { IncomingMessage, ServerResponse } from 'node:http';

const common = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

/** A short text, and the end. `close` also ends the connection, where the rest of a request is not read. */
export function plain(
  response: ServerResponse,
  status: number,
  text: string,
  { close = false, type = 'text/plain; charset=utf-8' } = {},
): void {
  response.writeHead(status, { ...common, 'content-type': type, ...(close && { connection: 'close' }) });
  response.end(text);
}

/** True, and answered, when the request asks to change something where there is only something to read. */
export function refusedAsWrite(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method === 'GET' || request.method === 'HEAD') return false;
  plain(response, 405, 'GET only\n');
  return true;
}
