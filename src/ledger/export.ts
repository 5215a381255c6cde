import type { Entry } from './chain.ts';
import type { Ledger } from './port.ts';

/** One line of an export: a link of a chain, with its fact unless that is forgotten. */
export interface ExportedEntry extends Omit<Entry, 'kept'> {
  readonly salt: string | null;
  readonly fact: unknown;
}

const batch = 500;

/**
 * Every link recorded at `since` (ms since the epoch) or later, repository by repository in the order of its
 * chain; null for all. Salt and fact are what `content` is the digest of.
 */
export async function* exportLedger(
  ledger: Pick<Ledger, 'heads' | 'entries'>,
  since: number | null,
): AsyncGenerator<ExportedEntry> {
  for (const { repository } of await ledger.heads()) {
    let after = 0;
    for (;;) {
      const entries = await ledger.entries(repository, after, batch);
      const last = entries.at(-1);
      if (last === undefined) break;
      after = last.sequence;
      for (const { kept, ...entry } of entries) {
        if (since !== null && Date.parse(entry.at) < since) continue;
        const fact: unknown = kept === null ? null : JSON.parse(kept.body);
        yield { ...entry, salt: kept?.salt ?? null, fact };
      }
    }
  }
}
