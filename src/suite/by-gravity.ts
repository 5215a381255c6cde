import { gravity } from '../report/gravity.ts';
import type { Flagged } from '../report/schema.ts';

/** Which flagged actions make room for graver ones, where a report is full: the mildest, and of those the latest. */
export class ByGravity {
  readonly #keys = new Map<Flagged['outcome'], string[]>();

  add(key: string, outcome: Flagged['outcome']): void {
    const keys = this.#keys.get(outcome) ?? [];
    keys.push(key);
    this.#keys.set(outcome, keys);
  }

  /** Takes out one that is milder than `outcome`; null where none is. */
  mildest(outcome: Flagged['outcome']): string | null {
    const milder = [...this.#keys.keys()]
      .filter((each) => gravity[each] > gravity[outcome])
      .sort((a, b) => gravity[b] - gravity[a]);
    for (const each of milder) {
      const key = this.#keys.get(each)?.pop();
      if (key !== undefined) return key;
    }
    return null;
  }
}
