/** Which flagged actions make room for graver ones, where a report is full: the mildest, and of those the latest. */
export class ByGravity {
  /** By weight: 0 is that of the gravest outcome, what weighs less than it never makes room. */
  readonly #keys = new Map<number, string[]>();

  add(key: string, weight: number): void {
    const keys = this.#keys.get(weight) ?? [];
    keys.push(key);
    this.#keys.set(weight, keys);
  }

  /** Takes out one that is milder; null where none is. */
  mildest(weight: number): string | null {
    const milder = [...this.#keys.keys()].filter((each) => each > weight).sort((a, b) => b - a);
    for (const each of milder) {
      const key = this.#keys.get(each)?.pop();
      if (key !== undefined) return key;
    }
    return null;
  }
}
