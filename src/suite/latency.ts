/** Each bucket is 2 % wider than the one before: percentiles are that exact, in bounded memory. */
const growth = Math.log(1.02);

/** Latencies of one target in milliseconds, kept as counts per bucket. */
export class Latencies {
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #max = 0;

  add(milliseconds: number): void {
    const bucket = Math.ceil(Math.log(Math.max(milliseconds, 0.001)) / growth);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.#count += 1;
    this.#max = Math.max(this.#max, milliseconds);
  }

  /** Null when nothing was added. Rounded to a thousandth of a millisecond. */
  summary(): { p50: number; p90: number; p99: number; max: number } | null {
    if (this.#count === 0) return null;
    return { p50: this.#at(0.5), p90: this.#at(0.9), p99: this.#at(0.99), max: round(this.#max) };
  }

  #at(share: number): number {
    let left = Math.ceil(this.#count * share);
    for (const [bucket, count] of [...this.#buckets].sort(([a], [b]) => a - b)) {
      left -= count;
      if (left <= 0) return round(Math.min(Math.exp(bucket * growth), this.#max));
    }
    return round(this.#max);
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
