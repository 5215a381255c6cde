import type { Holder } from './reservations.ts';

/** One runtime action's wait for one key. */
export interface Wait {
  /** Resolves when it is worth another look, or with why it must not go on. `pollMs`: look again after that. */
  turn(pollMs: number | null): Promise<string | null>;
  end(): void;
}

interface Waiter {
  readonly holder: string;
  readonly key: string;
  wake: () => void;
}

/** Who waits for which key, so that a circle is found before everybody in it waits for ever. */
export class Waiting {
  readonly #patienceMs: number;
  readonly #holderOf: (key: string) => Holder | null;
  readonly #waiters = new Set<Waiter>();

  constructor(patienceMs: number, holderOf: (key: string) => Holder | null) {
    this.#patienceMs = patienceMs;
    this.#holderOf = holderOf;
  }

  waits(holder: string): boolean {
    for (const waiter of this.#waiters) if (waiter.holder === holder) return true;
    return false;
  }

  wake(key: string): void {
    for (const waiter of [...this.#waiters]) if (waiter.key === key) waiter.wake();
  }

  wakeHolder(holder: string): void {
    for (const waiter of [...this.#waiters]) if (waiter.holder === holder) waiter.wake();
  }

  begin(holder: string, key: string): Wait {
    const waiter: Waiter = { holder, key, wake: () => {} };
    this.#waiters.add(waiter);
    const until = performance.now() + this.#patienceMs;
    return {
      turn: async (pollMs) => {
        if (this.#circle(holder, key, new Set())) {
          return 'it waits for a transaction that itself waits for this one (a deadlock)';
        }
        const left = until - performance.now();
        if (left <= 0) return `it was not free within ${this.#patienceMs} ms`;
        const { promise, resolve } = Promise.withResolvers<void>();
        waiter.wake = resolve;
        const timer = setTimeout(resolve, Math.min(left, pollMs ?? left));
        await promise;
        clearTimeout(timer);
        return null;
      },
      end: () => void this.#waiters.delete(waiter),
    };
  }

  /** Whether who holds the key waits, over however many others, for what `holder` holds. */
  #circle(holder: string, key: string, seen: Set<string>): boolean {
    const other = this.#holderOf(key)?.id;
    if (other === undefined || seen.has(other)) return false;
    if (other === holder) return true;
    seen.add(other);
    return [...this.#waiters].some(
      (waiter) => waiter.holder === other && this.#circle(holder, waiter.key, seen),
    );
  }
}
