import { createHash } from 'node:crypto';

/** Digest by which a later reading of the comment or review is compared with what was given. */
export function bodyDigest(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

export function firstLine(body: string): string {
  return body.split(/\r\n|\r|\n/, 1)[0] ?? '';
}
