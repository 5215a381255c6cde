import { createHash } from 'node:crypto';

/** Digest by which a later reading of the comment or review is compared with what was given. */
export function bodyDigest(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

/** An instant of GitHub's as facts carry it; nothing where it is none. */
export function writtenAt(instant: string | null | undefined): { readonly written?: string } {
  const time = Date.parse(instant ?? '');
  return Number.isNaN(time) ? {} : { written: new Date(time).toISOString() };
}

export function firstLine(body: string): string {
  return body.split(/\r\n|\r|\n/, 1)[0] ?? '';
}
