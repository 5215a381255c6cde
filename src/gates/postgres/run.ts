import type { Ruling, Settlement } from '../../policy/judge.ts';

/** One judged runtime action on its way: sees to it that its ruling is settled exactly once. */
export class Run {
  readonly #ruling: Ruling;
  #sentAt = 0;
  #settled = false;

  constructor(ruling: Ruling) {
    this.#ruling = ruling;
  }

  /** It was handed to the target now; a portal that is executed later starts anew. */
  sent(): void {
    this.#sentAt = performance.now();
  }

  settle(settlement: Settlement): void {
    if (this.#settled) return;
    this.#settled = true;
    const ran = settlement === 'completed' || settlement === 'failed';
    this.#ruling.settle(settlement, ran ? performance.now() - this.#sentAt : undefined);
  }
}
