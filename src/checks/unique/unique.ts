import type { RuntimeAction } from '../../policy/action.ts';
import type { Judge, Settlement, TransactionScope } from '../../policy/judge.ts';
import type { CheckRequest, UniqueSpec } from '../../policy/verdict.ts';
import type { Finding } from '../finding.ts';
import { checkFields } from './fields.ts';
import { type AskOpen, type Claim, Reservations, type Reserved } from './reservations.ts';
import { checkSql } from './sql.ts';

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
  begin(action: RuntimeAction, scope: TransactionScope | null): UniqueAction {
    this.#calls += 1;
    const call = `call ${this.#calls}`;
    return new UniqueAction(this.#reservations, this.#polling, action, scope, call, this.#patienceMs);
  }

  follow: NonNullable<Judge['follow']> = (session, event) => this.#reservations.follow(session, event);
}

export class UniqueAction {
  readonly #reservations: Reservations;
  readonly #polling: Set<UniqueAction>;
  readonly #action: RuntimeAction;
  readonly #scope: TransactionScope | null;
  readonly holder: string;
  readonly #patienceMs: number;
  readonly #claims: Claim[] = [];

  constructor(
    reservations: Reservations,
    polling: Set<UniqueAction>,
    action: RuntimeAction,
    scope: TransactionScope | null,
    call: string,
    patienceMs: number,
  ) {
    this.#reservations = reservations;
    this.#polling = polling;
    this.#action = action;
    this.#scope = scope;
    this.holder = scope?.session.id ?? call;
    this.#patienceMs = patienceMs;
  }

  check(spec: UniqueSpec, rule: CheckRequest['rule']): Promise<Finding> | Finding {
    const action = this.#action;
    if (action.kind === 'http' || action.kind === 'call') {
      const reserve = (key: string) => this.#reserve(key, () => Promise.resolve(null));
      return checkFields(action, spec, `${rule.id} ${rule.digest}`, reserve);
    }
    const scope = this.#scope;
    if (action.kind !== 'sql' || scope === null) {
      return { outcome: 'unknown', expected: 'a unique key', met: 'there is no table to look into here' };
    }
    const database = action.target.identity;
    return checkSql(action, spec, {
      scope,
      patienceMs: this.#patienceMs,
      waits: (waits) => void (waits ? this.#polling.add(this) : this.#polling.delete(this)),
      reserve: (key, ask) => this.#reserve(`${database} ${key}`, ask),
    });
  }

  /** How it ended, once it was let through. */
  settle(settlement: Settlement): void {
    for (const claim of this.#claims.splice(0)) {
      if (settlement === 'void' || settlement === 'refused') this.#reservations.drop(claim);
      else if (this.#scope !== null) this.#reservations.ran(claim);
      else if (settlement === 'completed') this.#reservations.keep(claim);
      else this.#reservations.drop(claim);
    }
  }

  async #reserve(key: string, ask: AskOpen): Promise<Reserved> {
    const reserved = await this.#reservations.reserve(this.holder, key, ask);
    if (reserved.outcome === 'reserved') this.#claims.push(reserved.claim);
    return reserved;
  }
}
