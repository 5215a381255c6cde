/**
 * Work for the record, which nothing waits for: done once what a gate does at the moment is on its way, in the
 * order in which it came. While a statement is at the database there is time for it.
 */
export class Later {
  readonly #onFault: (thrown: unknown) => void;
  #waiting: (() => void)[] = [];

  /** `onFault` is told what goes wrong: it must not end the run, whose gates have done their part. */
  constructor(onFault: (thrown: unknown) => void) {
    this.#onFault = onFault;
  }

  add(work: () => void): void {
    if (this.#waiting.push(work) === 1) setImmediate(() => this.finish());
  }

  /** Does at once what is still to be done. */
  finish(): void {
    const works = this.#waiting;
    this.#waiting = [];
    for (const work of works) {
      try {
        work();
      } catch (thrown) {
        this.#onFault(thrown);
      }
    }
  }
}
