import type { Concurrency } from '../contract.ts';

interface Entry {
  readonly controller: AbortController;
  readonly begin: (leave: (() => void) | null) => void;
}

interface Group {
  running: Entry;
  pending: Entry | null;
}

/**
 * In each concurrency group of a repository one run or job is at work and one waits; a newer one takes the place of
 * the one that waits, which is cancelled. Names do not tell upper from lower case. Source: GitHub's page on
 * concurrency.
 */
export class ConcurrencyGroups {
  readonly #groups = new Map<string, Group>();

  /** Answers, when it is its turn, what is to be called when it is over; null when it was cancelled before. */
  async enter(
    repositoryId: number,
    wanted: Concurrency | null | undefined,
    controller: AbortController,
  ): Promise<(() => void) | null> {
    if (!wanted) return () => undefined;
    const key = `${repositoryId}/${wanted.group.toLowerCase()}`;
    return new Promise((resolve) => {
      const mine: Entry = { controller, begin: resolve };
      const group = this.#groups.get(key);
      if (group === undefined) {
        this.#begin(key, mine);
        return;
      }
      const replaced = group.pending;
      group.pending = mine;
      replaced?.controller.abort();
      if (wanted.cancelInProgress) group.running.controller.abort();
      const giveUp = (): void => {
        if (group.pending === mine) group.pending = null;
        if (group.running !== mine) mine.begin(null);
      };
      if (controller.signal.aborted) giveUp();
      controller.signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  #begin(key: string, entry: Entry): void {
    const group: Group = this.#groups.get(key) ?? { running: entry, pending: null };
    group.running = entry;
    group.pending = null;
    this.#groups.set(key, group);
    entry.begin(() => {
      if (group.pending === null) this.#groups.delete(key);
      else this.#begin(key, group.pending);
    });
  }
}
