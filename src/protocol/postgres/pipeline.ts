import type { TransactionStatus } from './server-messages.ts';
import { ProtocolViolation } from './violation.ts';

/**
 * The state of a session as a queue: what was sent to the server and is not answered yet. Everything that
 * changes it lives here. The two rules that make PostgreSQL's pipelining hard are kept by `receive`:
 *
 * - after an error in an extended message the server discards everything up to the next Sync, so the entries
 *   in between are never answered;
 * - a Sync that arrives while the server reads COPY data is discarded too (CopyGetData in copyfromparse.c).
 */

export type EntryKind =
  | 'parse'
  | 'bind'
  | 'describe-statement'
  | 'describe-portal'
  | 'execute'
  | 'close'
  | 'sync'
  | 'query'
  | 'function';

/** Which answers an entry may meet, and whether one ends it. Errors and asynchronous messages are apart. */
const answers: Readonly<Record<EntryKind, Readonly<Record<string, 'more' | 'done'>>>> = {
  parse: { '1': 'done' },
  bind: { '2': 'done' },
  'describe-statement': { t: 'more', T: 'done', n: 'done' },
  'describe-portal': { T: 'done', n: 'done' },
  execute: { D: 'more', G: 'more', H: 'more', d: 'more', c: 'more', C: 'done', I: 'done', s: 'done' },
  close: { '3': 'done' },
  sync: { Z: 'done' },
  query: {
    T: 'more',
    D: 'more',
    G: 'more',
    H: 'more',
    d: 'more',
    c: 'more',
    C: 'more',
    I: 'more',
    Z: 'done',
  },
  function: { V: 'more', Z: 'done' },
};

/** Answered by ReadyForQuery, and not discarded after an error of their own. */
const selfSynced: ReadonlySet<EntryKind> = new Set(['sync', 'query', 'function']);

/** May come at any time. */
const asynchronous: ReadonlySet<string> = new Set(['S', 'N', 'A']);

export interface Entry {
  readonly kind: EntryKind;
}

export interface Received<E extends Entry> {
  /** What this message answers; null for asynchronous messages. */
  readonly entry: E | null;
  /** `failed` for an extended entry that met its error: nothing more comes for it. */
  readonly state: 'more' | 'done' | 'failed';
  /** Entries that the server discards because of it, in order. */
  readonly skipped: readonly E[];
}

interface Slot<E> {
  readonly entry: E;
  readonly segment: number;
}

export class Pipeline<E extends Entry> {
  #slots: Slot<E>[] = [];
  #segment = 0;
  #skipping = false;
  #copyingIn = false;

  /** What the last ReadyForQuery said. */
  status: TransactionStatus = 'I';

  /** True when the server discards what comes until a Sync. */
  get skipping(): boolean {
    return this.#skipping;
  }

  /** True while the server reads COPY data from the client. */
  get copyingIn(): boolean {
    return this.#copyingIn;
  }

  get empty(): boolean {
    return this.#slots.length === 0;
  }

  get head(): E | null {
    return this.#slots[0]?.entry ?? null;
  }

  /** Unanswered entries, oldest first; `current` marks those after the last Sync, Query or FunctionCall. */
  *pending(): Generator<{ readonly entry: E; readonly current: boolean }> {
    for (const slot of this.#slots) yield { entry: slot.entry, current: slot.segment === this.#segment };
  }

  /** Records a message about to be sent. False: the server will discard it, no answer comes. */
  send(entry: E): boolean {
    if (this.#skipping && entry.kind !== 'sync') return false;
    this.#skipping = false;
    this.#slots.push({ entry, segment: this.#segment });
    if (selfSynced.has(entry.kind)) this.#segment++;
    return true;
  }

  /** The client ended its COPY data: what it sends next is read as messages again. */
  copyInEnded(): void {
    this.#copyingIn = false;
  }

  receive(type: string): Received<E> {
    if (asynchronous.has(type)) return { entry: null, state: 'more', skipped: [] };
    const slot = this.#slots[0];
    if (slot === undefined) throw new ProtocolViolation(`the server sent ${JSON.stringify(type)} unasked`);
    if (type === 'E') return this.#failed(slot);
    const state = answers[slot.entry.kind][type];
    if (state === undefined) {
      throw new ProtocolViolation(`the server answered ${slot.entry.kind} with ${JSON.stringify(type)}`);
    }
    if (type === 'C' || type === 'Z') this.#copyingIn = false;
    if (state === 'done') this.#slots.shift();
    return { entry: slot.entry, state, skipped: type === 'G' ? this.#copyBegins() : [] };
  }

  #failed(slot: Slot<E>): Received<E> {
    this.#copyingIn = false;
    if (selfSynced.has(slot.entry.kind)) return { entry: slot.entry, state: 'more', skipped: [] };
    this.#slots.shift();
    const sync = this.#slots.findIndex((other) => other.entry.kind === 'sync');
    const skipped = this.#slots.splice(0, sync === -1 ? this.#slots.length : sync);
    this.#skipping = sync === -1;
    return { entry: slot.entry, state: 'failed', skipped: skipped.map((other) => other.entry) };
  }

  #copyBegins(): E[] {
    this.#copyingIn = true;
    const behind = this.#slots.splice(1);
    if (behind.some((other) => other.entry.kind !== 'sync')) {
      throw new ProtocolViolation('messages other than Sync were sent while the server expects COPY data');
    }
    return behind.map((other) => other.entry);
  }
}
