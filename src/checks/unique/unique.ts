import type { RuntimeAction } from '../../policy/action.ts';
import type { Judge, Settlement, TransactionScope } from '../../policy/judge.ts';
import type { CheckRequest, UniqueSpec } from '../../policy/verdict.ts';
import type { Finding } from '../finding.ts';
import { checkFields } from './fields.ts';
import { type AskOpen, type Claim, Reservations, type Reserved } from './reservations.ts';
import { checkSql } from './sql.ts';

/** What a step has written under unique keys, in this attempt of its job and in earlier ones. */
export interface KeyHistory {
  wroteEarlier(key: string): boolean;
  wrote(key: string): void;
}

/** For targets that do not outlive the attempt, and where there are no attempts. */
const noHistory: KeyHistory = { wroteEarlier: () => false, wrote: () => {} };

/** How long a key that another transaction holds is waited for, in milliseconds. */
const patience = 10_000;

/** What one run has written under unique keys, and who waits for what. */
export class UniqueKeys {
  readonly #reservations: Reservations;
  readonly #patienceMs: number;
  readonly #polling = new Set<UniqueAction>();
  #calls = 0;

  constructor(patienceMs: number = patience) {
    this.#patienceMs = patienceMs;
    this.#reservations = new Reservations(patienceMs);
  }

  /** Keys that are reserved now, for whatever reason. */
  get size(): number {
    return this.#reservations.size;
  }

  /** Whether a session waits for another transaction's end now. */
  waits(session: string): boolean {
    return this.#reservations.waits(session) || [...this.#polling].some((one) => one.holder === session);
  }

  /** For one runtime action: what it reserves is settled with it. */
  begin(
    action: RuntimeAction,
    scope: TransactionScope | null,
    history: KeyHistory = noHistory,
  ): UniqueAction {
    this.#calls += 1;
    const call = `call ${this.#calls}`;
    const shared = { reservations: this.#reservations, polling: this.#polling, patienceMs: this.#patienceMs };
    return new UniqueAction(shared, action, scope, call, history);
  }

  follow: NonNullable<Judge['follow']> = (session, event) => this.#reservations.follow(session, event);
}

/** What all runtime actions of a run share. */
interface Shared {
  readonly reservations: Reservations;
  readonly polling: Set<UniqueAction>;
  readonly patienceMs: number;
}

export class UniqueAction {
  readonly #shared: Shared;
  readonly #action: RuntimeAction;
  readonly #scope: TransactionScope | null;
  readonly holder: string;
  readonly #history: KeyHistory;
  readonly #claims: Claim[] = [];

  constructor(
    shared: Shared,
    action: RuntimeAction,
    scope: TransactionScope | null,
    call: string,
    history: KeyHistory,
  ) {
    this.#shared = shared;
    this.#action = action;
    this.#scope = scope;
    this.holder = scope?.session.id ?? call;
    this.#history = history;
  }

  check(spec: UniqueSpec, rule: CheckRequest['rule']): Promise<Finding> | Finding {
    const action = this.#action;
    if (action.kind === 'http' || action.kind === 'call') {
      const reserve = (key: string) =>
        this.#reserve(
          key,
          () => Promise.resolve(null),
          () => {},
        );
      return checkFields(action, spec, `${rule.id} ${rule.digest}`, reserve);
    }
    const scope = this.#scope;
    if (action.kind !== 'sql' || scope === null) {
      return { outcome: 'unknown', expected: 'a unique key', met: 'there is no table to look into here' };
    }
    const { polling, patienceMs } = this.#shared;
    const full = (key: string) => `${action.target.identity} ${key}`;
    return checkSql(action, spec, {
      scope,
      patienceMs,
      waits: (waits) => void (waits ? polling.add(this) : polling.delete(this)),
      reserve: (key, ask) => this.#reserve(full(key), ask, () => this.#history.wrote(full(key))),
      writtenEarlier: (key) => this.#history.wroteEarlier(full(key)),
    });
  }

  /** How it ended, once it was let through. */
  settle(settlement: Settlement): void {
    const { reservations } = this.#shared;
    for (const claim of this.#claims.splice(0)) {
      if (settlement === 'void' || settlement === 'refused') reservations.drop(claim);
      else if (this.#scope !== null) reservations.ran(claim, settlement === 'completed');
      else if (settlement === 'completed') reservations.keep(claim);
      else reservations.drop(claim);
    }
  }

  async #reserve(key: string, ask: AskOpen, committed: () => void): Promise<Reserved> {
    const reserved = await this.#shared.reservations.reserve(this.holder, key, ask, committed);
    if (reserved.outcome === 'reserved') this.#claims.push(reserved.claim);
    return reserved;
  }
}
