import { createHash, randomBytes } from 'node:crypto';
import { canonical } from '../policy/canonical.ts';
import type { PullKey } from './port.ts';
import type { StoredFact } from './stored-fact.ts';

/**
 * One link of a repository's chain. Its hash covers the hash before it, its place, and a digest of what the
 * fact says. That digest is salted, so that it gives nothing away once the fact is forgotten, and the chain can
 * still be followed.
 */
export interface Entry {
  readonly repository: string;
  /** From 1 in each repository, without gaps. */
  readonly sequence: number;
  /** Of the pull request. */
  readonly number: number;
  /** ISO 8601 instant at which it was recorded. */
  readonly at: string;
  readonly type: string;
  /** SHA-256 (hex) over salt and body. */
  readonly content: string;
  /** SHA-256 (hex) over the hash before it and all of the above. */
  readonly hash: string;
  /** The fact as canonical JSON; null once it is forgotten. */
  readonly kept: { readonly salt: string; readonly body: string } | null;
}

/** The newest link of a repository; sequence 0 before the first. */
export interface Head {
  readonly repository: string;
  readonly sequence: number;
  readonly hash: string;
}

/** A link with what may occur once per pull request. */
export type NewEntry = Entry & Pick<StoredFact, 'once'> & { readonly kept: NonNullable<Entry['kept']> };

/** What stands before the first link. */
export function firstHead(repository: string): Head {
  return { repository, sequence: 0, hash: '0'.repeat(64) };
}

/** The link that puts a fact behind `head`. */
export function nextEntry(head: Head, key: PullKey, { type, at, once, body }: StoredFact): NewEntry {
  const kept = { salt: randomBytes(16).toString('hex'), body };
  const place = { ...key, sequence: head.sequence + 1, at, type, content: contentDigest(kept) };
  return { ...place, once, kept, hash: linkHash(head.hash, place) };
}

export function contentDigest({ salt, body }: NonNullable<Entry['kept']>): string {
  return sha256(`${salt}\n${body}`);
}

export function linkHash(previous: string, entry: Omit<Entry, 'hash' | 'kept'>): string {
  const { repository, sequence, number, at, type, content } = entry;
  return sha256(`${previous}\n${canonical({ repository, sequence, number, at, type, content })}`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
