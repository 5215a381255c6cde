import type { Disturbance } from './following.ts';

/** Whether the server may read a text otherwise than its settings, as far as it has told them, say. */
export class Reading {
  /** Since the last Sync. */
  #changed = false;
  #undone = false;
  /** The server is still to tell. */
  #unsettled = false;
  /** A transaction's end, or an error in it, takes the change back. */
  #inTransaction = false;

  /** A judged statement is on its way to the server. */
  note({ reading, undoes }: Disturbance): void {
    this.#changed ||= reading;
    this.#unsettled ||= reading;
    this.#inTransaction ||= reading;
    this.#undone ||= undoes;
  }

  segmentEnds(): void {
    this.#changed = false;
    this.#undone = false;
  }

  /** The server says that no transaction is open, and nothing is on its way. */
  transactionEnded(): void {
    this.#inTransaction = false;
  }

  /**
   * Why what comes now may be read otherwise; null when it is read as the settings say. `transactionControl`: since
   * the last Sync something began or ended a transaction. `drained` has the server tell what it is still to tell.
   */
  async doubt(transactionControl: boolean, drained: () => Promise<void>): Promise<string | null> {
    const takenBack = this.#inTransaction && (this.#undone || transactionControl);
    if (this.#changed || takenBack) {
      return 'a setting that changes how texts are read was changed in the same pipeline';
    }
    if (this.#unsettled || this.#inTransaction) {
      await drained();
      this.#unsettled = false;
    }
    return null;
  }
}
