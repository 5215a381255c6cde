import { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';

/** GitHub sends no payload above 25 MB. */
export const bodyLimit = 25 * 1024 * 1024;
/** What strangers may make one process hold at the same time, before any signature is known to be right. */
const atOnce = 8;

/** Why a body was not read, as a status: 413 too long, 503 too many at once. */
export type Unread = 413 | 503;

/** Reads bodies up to the limit; of what is longer the rest is not read. */
export function bodyReader(
  limit: number = bodyLimit,
): (request: IncomingMessage) => Promise<Buffer | Unread> {
  let held = 0;
  return async (request) => {
    if (Number(request.headers['content-length'] ?? 0) > limit) return 413;
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of request) {
        const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
        length += bytes.length;
        held += bytes.length;
        if (length > limit) return 413;
        if (held > atOnce * limit) return 503;
        chunks.push(bytes);
      }
      return Buffer.concat(chunks);
    } finally {
      held -= length;
    }
  };
}
