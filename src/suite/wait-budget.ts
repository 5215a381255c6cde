/** One hold waits at most half an hour, all of a run together an hour: a runner that waits costs money. */
export const longestWaitMs = 30 * 60_000;
const longestTotalMs = 60 * 60_000;

/** Time that a run has waited, counted once where several holds wait together. */
export class WaitBudget {
  readonly #now: () => number;
  #spent = 0;
  #waiting = 0;
  #since = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Milliseconds that a hold may wait which asks for `ms`. */
  allowed(ms: number): number {
    const running = this.#waiting === 0 ? 0 : this.#now() - this.#since;
    return Math.max(0, Math.min(ms, longestWaitMs, longestTotalMs - this.#spent - running));
  }

  /** Counts until the answer is called, once. */
  start(): () => void {
    if (this.#waiting++ === 0) this.#since = this.#now();
    return () => {
      if (--this.#waiting === 0) this.#spent += this.#now() - this.#since;
    };
  }
}
