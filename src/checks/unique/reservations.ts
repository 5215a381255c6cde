import type { TransactionEvent } from '../../policy/judge.ts';
import { Waiting } from './waiting.ts';

/** Who holds keys: a session's open transaction, a prepared transaction, or one call that has no transaction. */
export interface Holder {
  readonly id: string;
  /**
   * Whether the server is still at work for it, asked where no word will come: the connection was lost, or
   * the transaction is prepared. Null while its gate tells.
   */
  open: 'told' | { readonly backend: number | null } | { readonly prepared: string };
  readonly claims: Set<Claim>;
  savepoints: { readonly name: string; readonly at: number }[];
  lost: boolean;
}

/** One key, reserved by one runtime action. */
export interface Claim {
  readonly key: string;
  holder: Holder;
  /** Order in which claims and savepoints came to be. */
  readonly at: number;
  /** False until its runtime action has ended: only then can the end of a transaction be meant for it. */
  ran: boolean;
  /** Its runtime action was carried out: the end of its transaction may have committed the key. */
  completed: boolean;
  /** Told when the key was committed, as far as it shows. */
  readonly committed: () => void;
}

export type Reserved =
  | { readonly outcome: 'reserved'; readonly claim: Claim }
  /** Written in this run by a call that has no transaction. */
  | { readonly outcome: 'written' }
  | { readonly outcome: 'given-up'; readonly why: string };

/** Whether a holder of whose end no word comes is still open; null when that cannot be asked. */
export type AskOpen = (open: Exclude<Holder['open'], 'told'>) => Promise<boolean | null>;

interface Entry {
  readonly claims: Set<Claim>;
  written: boolean;
}

/**
 * The keys that open transactions of this run have written. A second transaction that wants one waits until
 * the first has ended, as it would at a unique index; what the first left behind is then in the table to see.
 */
export class Reservations {
  readonly #entries = new Map<string, Entry>();
  readonly #holders = new Map<string, Holder>();
  readonly #waiting: Waiting;
  #clock = 0;

  constructor(patienceMs: number) {
    this.#waiting = new Waiting(patienceMs, (key) => this.#holderOf(key));
  }

  /** Keys reserved now. */
  get size(): number {
    return this.#entries.size;
  }

  waits(holder: string): boolean {
    return this.#waiting.waits(holder);
  }

  holder(id: string): Holder {
    const known = this.#holders.get(id);
    if (known !== undefined) return known;
    const holder: Holder = { id, open: 'told', claims: new Set(), savepoints: [], lost: false };
    this.#holders.set(id, holder);
    return holder;
  }

  async reserve(id: string, key: string, ask: AskOpen, committed: () => void = () => {}): Promise<Reserved> {
    const holder = this.holder(id);
    const wait = this.#waiting.begin(id, key);
    try {
      for (;;) {
        if (holder.lost) return { outcome: 'given-up', why: 'the connection was lost while it waited' };
        if (this.#entries.get(key)?.written === true) return { outcome: 'written' };
        const other = this.#holderOf(key);
        if (other === null || other === holder)
          return { outcome: 'reserved', claim: this.#claim(holder, key, committed) };
        if (other.open !== 'told' && (await ask(other.open)) === false) this.#releaseAll(other);
        else {
          const why = await wait.turn(other.open === 'told' ? null : pollMs);
          if (why !== null) return { outcome: 'given-up', why };
        }
      }
    } finally {
      wait.end();
      this.#forget(holder);
    }
  }

  /** Its runtime action was carried out, or failed: the claim stands until its transaction ends. */
  ran(claim: Claim, completed: boolean): void {
    claim.ran = true;
    claim.completed = completed;
  }

  /** Its runtime action never came to it. */
  drop(claim: Claim): void {
    this.#release(claim);
    this.#forget(claim.holder);
  }

  /** Its runtime action was carried out outside of any transaction: the key is taken for the rest of the run. */
  keep(claim: Claim): void {
    const entry = this.#entries.get(claim.key);
    if (entry !== undefined) entry.written = true;
    claim.holder.claims.delete(claim);
    this.#forget(claim.holder);
    this.#waiting.wake(claim.key);
  }

  follow(session: { readonly id: string; readonly backend: number | null }, event: TransactionEvent): void {
    // also a session that wrote nothing can end what another one prepared
    if (event.event === 'prepared-ended') {
      const prepared = this.#holders.get(preparedId(event.name));
      if (prepared !== undefined) {
        for (const claim of prepared.claims) if (claim.completed) claim.committed();
        this.#releaseAll(prepared);
      }
      return;
    }
    const holder =
      this.#holders.get(session.id) ?? (event.event === 'savepoint' ? this.holder(session.id) : null);
    if (holder === null) return;
    switch (event.event) {
      case 'ended':
        this.#ended(holder, event.undone === true);
        break;
      case 'lost':
        this.#lost(holder, session.backend);
        break;
      case 'savepoint':
        holder.savepoints.push({ name: event.name, at: this.#clock });
        break;
      case 'released':
        holder.savepoints = holder.savepoints.slice(0, Math.max(0, lastOf(holder, event.name)));
        break;
      case 'rolled-back-to':
        this.#rolledBack(holder, event.name, event.alone);
        break;
      case 'prepared':
        this.#prepared(holder, event.name);
    }
    this.#forget(holder);
  }

  #holderOf(key: string): Holder | null {
    for (const claim of this.#entries.get(key)?.claims ?? []) return claim.holder;
    return null;
  }

  #claim(holder: Holder, key: string, committed: () => void): Claim {
    this.#clock += 1;
    const claim: Claim = { key, holder, at: this.#clock, ran: false, completed: false, committed };
    const entry = this.#entries.get(key) ?? { claims: new Set(), written: false };
    entry.claims.add(claim);
    this.#entries.set(key, entry);
    holder.claims.add(claim);
    return claim;
  }

  #release(claim: Claim): void {
    claim.holder.claims.delete(claim);
    const entry = this.#entries.get(claim.key);
    entry?.claims.delete(claim);
    if (entry === undefined || entry.claims.size > 0) return;
    if (!entry.written) this.#entries.delete(claim.key);
    this.#waiting.wake(claim.key);
  }

  #releaseAll(holder: Holder): void {
    for (const claim of [...holder.claims]) this.#release(claim);
    this.#forget(holder);
  }

  #ended(holder: Holder, undone: boolean): void {
    for (const claim of [...holder.claims]) {
      if (!claim.ran) continue;
      if (claim.completed && !undone) claim.committed();
      this.#release(claim);
    }
    holder.savepoints = [];
  }

  /** What it sent last may still be carried out: the keys are free when the server's process is gone. */
  #lost(holder: Holder, backend: number | null): void {
    holder.lost = true;
    holder.open = { backend };
    for (const claim of holder.claims) this.#waiting.wake(claim.key);
    this.#waiting.wakeHolder(holder.id);
  }

  #rolledBack(holder: Holder, name: string, alone: boolean): void {
    const at = lastOf(holder, name);
    const savepoint = holder.savepoints[at];
    if (savepoint === undefined) return;
    holder.savepoints = holder.savepoints.slice(0, at + 1);
    // in a text with other statements one of them may have written after it
    if (!alone) return;
    for (const claim of [...holder.claims]) if (claim.ran && claim.at > savepoint.at) this.#release(claim);
  }

  /** Nobody tells of the end of a prepared transaction that another client ends. */
  #prepared(holder: Holder, gid: string): void {
    const prepared = this.holder(preparedId(gid));
    prepared.open = { prepared: gid };
    for (const claim of [...holder.claims]) {
      if (!claim.ran) continue;
      holder.claims.delete(claim);
      prepared.claims.add(claim);
      claim.holder = prepared;
      this.#waiting.wake(claim.key);
    }
    holder.savepoints = [];
    this.#forget(prepared);
  }

  #forget(holder: Holder): void {
    if (holder.claims.size > 0 || holder.savepoints.length > 0 || this.#waiting.waits(holder.id)) return;
    if (this.#holders.get(holder.id) === holder) this.#holders.delete(holder.id);
  }
}

/** How often the server is asked about a holder of whose end no word comes, in milliseconds. */
const pollMs = 20;

function preparedId(gid: string): string {
  return `prepared ${gid}`;
}

function lastOf(holder: Holder, name: string): number {
  return holder.savepoints.findLastIndex((savepoint) => savepoint.name === name);
}
