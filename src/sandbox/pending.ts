/** Counts what is under way and tells, without polling, when nothing is any more. */
export class Pending {
  #count = 0;
  #waiting: (() => void)[] = [];

  get busy(): boolean {
    return this.#count > 0;
  }

  /** Counts `work` until it settles. Its rejection stays the caller's to handle. */
  async track<T>(work: Promise<T>): Promise<T> {
    this.#count += 1;
    try {
      return await work;
    } finally {
      this.#count -= 1;
      // Whoever awaits the work may start more at once: look again after those reactions ran.
      setImmediate(() => this.#settle());
    }
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      setImmediate(() => this.#settle());
    });
  }

  #settle(): void {
    if (this.busy) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
