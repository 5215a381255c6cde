import { messageOf } from '../errors.ts';
import { contentDigest, type Entry, firstHead, type Head, linkHash } from './chain.ts';
import type { Ledger } from './port.ts';
import { recordedFact } from './stored-fact.ts';

/** The first link of a repository's chain that is not as it was written. */
export interface Broken {
  readonly repository: string;
  readonly sequence: number;
  /** Pull request; null where the link is gone. */
  readonly number: number | null;
  readonly why: string;
}

/** What following one chain has shown. */
export interface Verified {
  readonly repository: string;
  /** Links that are as they were written, from the first. */
  readonly links: number;
  /** Of these, facts that were forgotten. */
  readonly forgotten: number;
  /** Hash of the last of these: kept elsewhere, it also shows later that nothing was cut off the end. */
  readonly hash: string;
  readonly broken: Broken | null;
}

const batch = 500;

/** Follows every chain from its first link to its newest. A ledger that grows meanwhile is no problem. */
export async function* verifyLedger(ledger: Pick<Ledger, 'heads' | 'entries'>): AsyncGenerator<Verified> {
  for (const head of await ledger.heads()) yield await verifyChain(ledger, head);
}

async function verifyChain(ledger: Pick<Ledger, 'entries'>, head: Head): Promise<Verified> {
  let last = firstHead(head.repository);
  let forgotten = 0;
  const so = (broken: Broken | null): Verified => {
    const { repository, sequence: links, hash } = last;
    return { repository, links, forgotten, hash, broken };
  };
  for (;;) {
    const entries = await ledger.entries(head.repository, last.sequence, batch);
    for (const entry of entries) {
      const why = problemOf(last, entry);
      if (why !== null) return so(brokenAt(last, entry, why));
      last = entry;
      if (entry.kept === null) forgotten++;
      if (entry.sequence === head.sequence && entry.hash !== head.hash) {
        return so({ ...place(entry), why: 'its hash is not the one that the ledger keeps as its newest' });
      }
    }
    if (entries.length > 0) continue;
    if (last.sequence >= head.sequence && (head.sequence > 0 || last.sequence === 0)) return so(null);
    const sequence = last.sequence + 1;
    const why =
      head.sequence === 0
        ? 'the ledger does not know any more which link is its newest'
        : `it is missing, and so is everything up to the newest, ${head.sequence}`;
    return so({ repository: head.repository, sequence, number: null, why });
  }
}

function brokenAt(last: Head, entry: Entry, why: string): Broken {
  const sequence = last.sequence + 1;
  return entry.sequence === sequence
    ? { ...place(entry), why }
    : { repository: entry.repository, sequence, number: null, why };
}

function place({ repository, sequence, number }: Entry): Omit<Broken, 'why'> {
  return { repository, sequence, number };
}

function problemOf(last: Head, entry: Entry): string | null {
  if (entry.sequence !== last.sequence + 1) return `it is missing; the next one is ${entry.sequence}`;
  if (linkHash(last.hash, entry) !== entry.hash) {
    return 'its hash is not that of the link before it and of what stands here';
  }
  return entry.kept === null ? null : contentProblem(entry, entry.kept);
}

function contentProblem(entry: Entry, kept: NonNullable<Entry['kept']>): string | null {
  if (contentDigest(kept) !== entry.content) return 'what it says is not what was recorded';
  try {
    const { type, at } = recordedFact(entry.sequence, kept.body);
    return type === entry.type && at === entry.at ? null : 'its type or its time is not that of its fact';
  } catch (thrown) {
    return `it cannot be read: ${messageOf(thrown)}`;
  }
}
