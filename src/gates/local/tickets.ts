import { randomUUID } from 'node:crypto';
import type { Ruling, Settlement } from '../../policy/judge.ts';

/** Allowed actions whose callers have not said yet how they ended. */
export class Tickets {
  readonly #open = new Map<string, Ruling>();

  issue(ruling: Ruling): string {
    const ticket = randomUUID();
    this.#open.set(ticket, ruling);
    return ticket;
  }

  /** False for a ticket that is unknown or settled already. */
  settle(ticket: string, settlement: Settlement, latencyMs?: number): boolean {
    const ruling = this.#open.get(ticket);
    if (ruling === undefined) return false;
    this.#open.delete(ticket);
    ruling.settle(settlement, latencyMs);
    return true;
  }

  /** Whoever holds a ticket may have begun and died: never counted as if nothing had happened. */
  abandon(): void {
    for (const ticket of [...this.#open.keys()]) this.settle(ticket, 'failed');
  }
}
