import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { Json, Known } from '../../policy/action.ts';
import { parseBody } from '../../protocol/http/content.ts';
import { hasBody } from '../../protocol/http/framing.ts';
import { headerValue } from '../../protocol/http/headers.ts';

/** Bodies up to this many bytes, before and after decompression, are read for the rules. */
export const defaultBodyLimit = 1_048_576;

/** A request's body: what the judge sees of it, and all of it for the target. */
export interface RequestBody {
  readonly seen: Known<Json>;
  /** SHA-256 (hex) of the raw bytes where all were read; null also where there is no body. */
  readonly digest: string | null;
  /** What was read already and then the rest; call it once. */
  forward(): Readable | Buffer | null;
}

/** `start` is called before the first byte is taken (Expect: 100-continue). */
export async function takeBody(
  request: IncomingMessage,
  wanted: 'head' | 'body',
  limit: number,
  start: () => void,
): Promise<RequestBody> {
  if (!hasBody(request.rawHeaders)) {
    return { seen: { known: true, value: null }, digest: null, forward: () => null };
  }
  const length = headerValue(request.rawHeaders, 'content-length');
  const announced = Number(length ?? 0);
  if (wanted === 'body' && length !== null && announced <= limit) {
    start();
    return read(request, await wholeBody(request), limit);
  }
  const bytes = chunksOf(request);
  if (wanted === 'head' || announced > limit) {
    const why = wanted === 'head' ? 'a body that no rule reads' : tooLarge(limit);
    return unread(why, () => {
      start();
      return stream([], bytes);
    });
  }
  start();
  const { chunks, ended } = await readUpTo(bytes, limit);
  if (!ended) return unread(tooLarge(limit), () => stream(chunks, bytes));
  return read(request, Buffer.concat(chunks), limit);
}

async function read(request: IncomingMessage, whole: Buffer, limit: number): Promise<RequestBody> {
  if (whole.length === 0) return { seen: { known: true, value: null }, digest: null, forward: () => whole };
  return {
    seen: await documentOf(request, whole, limit),
    digest: createHash('sha256').update(whole).digest('hex'),
    forward: () => whole,
  };
}

/** Of a length that was announced, and that Node's parser sees to. */
function wholeBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    const gone = () => reject(new Error('The caller closed its connection.'));
    request.once('end', () => {
      request.off('close', gone);
      resolve(Buffer.concat(chunks));
    });
    request.once('error', reject);
    request.once('close', gone);
    if (request.destroyed) gone();
  });
}

function unread(why: string, forward: () => Readable): RequestBody {
  return { seen: { known: false, why }, digest: null, forward };
}

function tooLarge(limit: number): string {
  return `a body of more than ${limit} bytes`;
}

/** Leaves the request alive when it is given up, as its connection still has to carry the answer. */
async function* chunksOf(request: IncomingMessage): AsyncGenerator<Buffer, void> {
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (chunk instanceof Buffer) yield chunk;
  }
}

async function readUpTo(
  bytes: AsyncGenerator<Buffer, void>,
  limit: number,
): Promise<{ chunks: Buffer[]; ended: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  while (size <= limit) {
    const next = await bytes.next();
    if (next.done === true) return { chunks, ended: true };
    chunks.push(next.value);
    size += next.value.length;
  }
  return { chunks, ended: false };
}

function stream(before: readonly Buffer[], rest: AsyncGenerator<Buffer, void>): Readable {
  async function* all(): AsyncGenerator<Buffer, void> {
    yield* before;
    yield* rest;
  }
  return Readable.from(all(), { objectMode: false });
}

async function documentOf(request: IncomingMessage, raw: Buffer, limit: number): Promise<Known<Json>> {
  const coding = headerValue(request.rawHeaders, 'content-encoding')?.trim().toLowerCase() ?? 'identity';
  const contentType = headerValue(request.rawHeaders, 'content-type');
  if (coding === 'identity') return parseBody(contentType, raw);
  const decode = decoders.get(coding);
  if (decode === undefined) {
    return { known: false, why: `a body in content encoding ${JSON.stringify(coding.slice(0, 40))}` };
  }
  try {
    return parseBody(contentType, await decode(raw, { maxOutputLength: limit }));
  } catch {
    return { known: false, why: `a body that does not decompress as ${coding} within ${limit} bytes` };
  }
}

type Decode = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const decoders: ReadonlyMap<string, Decode> = new Map([
  ['gzip', promisify<Buffer, { maxOutputLength: number }, Buffer>(zlib.gunzip)],
  ['x-gzip', promisify<Buffer, { maxOutputLength: number }, Buffer>(zlib.gunzip)],
  ['deflate', promisify<Buffer, { maxOutputLength: number }, Buffer>(zlib.inflate)],
  ['br', promisify<Buffer, { maxOutputLength: number }, Buffer>(zlib.brotliDecompress)],
]);
