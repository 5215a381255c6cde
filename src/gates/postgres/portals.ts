import type { TransactionEvent } from '../../policy/judge.ts';
import type { Disturbance } from './following.ts';
import type { Late } from './late.ts';
import type { Run } from './run.ts';
import type { NameChange } from './statements.ts';

/** A bound portal: what executing it does was judged when it was bound. */
export interface Portal {
  /** Null when it was bound unjudged: in a failed transaction, or because it holds no statement. */
  readonly run: Run | null;
  readonly disturbance: Disturbance;
  readonly changes: readonly NameChange[];
  /** Of a statement that the server reads anew at its first Execute, until then: what was judged, and when. */
  late: Late | null;
  /** What executing it does to the transaction, once the server has done it. */
  readonly events: readonly TransactionEvent[];
}

export class Portals {
  readonly #bound = new Map<string, Portal>();

  get(name: string): Portal | null {
    return this.#bound.get(name) ?? null;
  }

  /** Binds; answers what to do when the server has accepted it, and how to take it back when it has not. */
  bind(name: string, portal: Portal): { accepted(): void; takeBack(): void } {
    const before = this.#bound.get(name);
    this.#bound.set(name, portal);
    return {
      accepted: () => closed(before),
      takeBack: () => {
        if (this.#bound.get(name) !== portal) return;
        if (before === undefined) this.#bound.delete(name);
        else this.#bound.set(name, before);
      },
    };
  }

  /** Answers what to do when the server has closed it. */
  close(name: string): () => void {
    const portal = this.#bound.get(name);
    this.#bound.delete(name);
    return () => closed(portal);
  }

  /** The transaction is over, and every portal with it. */
  closeAll(): void {
    for (const portal of this.#bound.values()) closed(portal);
    this.#bound.clear();
  }
}

/** Never executed, but binding alone can have run functions of the target. */
function closed(portal: Portal | undefined): void {
  portal?.run?.settle('completed');
}
