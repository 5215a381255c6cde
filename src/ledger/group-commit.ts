import { setImmediate as nextTurn } from 'node:timers/promises';

/** More would keep those that wait for the next one waiting. */
const maximumBatch = 64;

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * A durable commit costs the same for one record as for many: what arrives while one is under way is committed
 * together afterwards, in the order in which it came. `commit` writes all of its items or none and answers one
 * result for each; where it fails for a reason that may be one item's, each is tried alone, so that none fails for
 * another's. Where the ledger itself does not answer, all fail at once.
 */
export function groupCommit<Item, Result>(
  commit: (items: readonly Item[]) => Promise<readonly Result[]>,
  mayBeOfOneItem: (thrown: unknown) => boolean,
): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let running = false;

  async function settle(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await commit(batch.map(({ item }) => item));
      if (results.length !== batch.length) throw new Error('a commit answers every item');
      for (const [index, result] of results.entries()) batch[index]?.resolve(result);
    } catch (thrown) {
      if (batch.length > 1 && mayBeOfOneItem(thrown)) for (const one of batch) await settle([one]);
      else for (const { reject } of batch) reject(thrown);
    }
  }

  async function run(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      // whoever is about to ask in this turn of the event loop comes along
      await nextTurn();
      await settle(waiting.splice(0, maximumBatch));
    }
    running = false;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!running) void run();
    });
}
