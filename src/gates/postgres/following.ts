import type { SqlAnalysis, SqlEffect } from '../../policy/action.ts';
import { isOpaque } from './text.ts';

/**
 * Something known of the session until a statement may have changed it. A change inside a transaction may be
 * undone with it, so what is learnt after such a change holds only until the transaction ends.
 */
export class Followed<T> {
  #value: { readonly value: T } | null = null;
  #changedInTransaction = false;

  get value(): { readonly value: T } | null {
    return this.#value;
  }

  /** Something changed it since the server last said that no transaction is open. */
  get changedInTransaction(): boolean {
    return this.#changedInTransaction;
  }

  learn(value: T): void {
    this.#value = { value };
  }

  /** A statement that may change it is on its way. */
  disturb(): void {
    this.#value = null;
    this.#changedInTransaction = true;
  }

  /** ROLLBACK, COMMIT (SET LOCAL, ON COMMIT DROP) or an error: what changed in the transaction may be undone. */
  undone(): void {
    if (this.#changedInTransaction) this.#value = null;
  }

  /**
   * The server says that no transaction is open. `settled`: nothing sent since could have opened the next one
   * and changed it there. Returns whether something had changed.
   */
  transactionEnded(settled: boolean): boolean {
    const changed = this.#changedInTransaction;
    if (settled) this.#changedInTransaction = false;
    if (changed) this.#value = null;
    return changed;
  }
}

/** What a statement may change of the session it runs in. */
export interface Disturbance {
  readonly role: boolean;
  readonly names: boolean;
  /** How the server reads the text of later statements. */
  readonly reading: boolean;
  /** It can take back what changed in the transaction: its end does, COMMIT with SET LOCAL and ON COMMIT DROP. */
  readonly undoes: boolean;
  /** It begins or ends a transaction. */
  readonly transaction: boolean;
}

/** `all` is RESET ALL; an empty name could be anything. */
const readingSettings = new Set(['standard_conforming_strings', 'client_encoding', 'names', 'all', '']);
const roleSettings = new Set(['role', 'session_authorization', 'all', '']);
const pathSettings = new Set(['search_path', 'schema', 'role', 'session_authorization', 'all', '']);

const transactionEffects: ReadonlySet<SqlEffect['effect']> = new Set([
  'begin',
  'commit',
  'rollback',
  'prepare-transaction',
]);

export function disturbanceOf(analysis: SqlAnalysis): Disturbance {
  const opaque = isOpaque(analysis);
  const operations = new Set(analysis.operations.map((operation) => operation.operation));
  const effects = new Set(analysis.effects.map((effect) => effect.effect));
  // code of the target's own can SET, create and prepare as it likes; DISCARD ALL resets everything
  const anything = opaque || operations.has('call') || effects.has('discard');
  const definesNames = (['create', 'alter', 'drop'] as const).some((verb) => operations.has(verb));
  // COMMIT PREPARED ends another session's transaction, with whatever that created
  const endsAnother = effects.has('end-prepared');
  return {
    role: anything || setsRole(analysis),
    names:
      anything ||
      definesNames ||
      endsAnother ||
      effects.has('ddl') ||
      effects.has('set-role') ||
      effects.has('set-search-path') ||
      sets(analysis, pathSettings),
    // code of the target's own could change it too; the server tells at its next ReadyForQuery
    reading: analysis.unknown.length > 0 || effects.has('discard') || sets(analysis, readingSettings),
    undoes: undoes(analysis),
    transaction: opaque || [...transactionEffects].some((effect) => effects.has(effect)),
  };
}

const undoing: ReadonlySet<SqlEffect['effect']> = new Set([
  'commit',
  'rollback',
  'rollback-to',
  'prepare-transaction',
]);

export function undoes(analysis: SqlAnalysis): boolean {
  return analysis.effects.some(({ effect }) => undoing.has(effect));
}

export function setsRole(analysis: SqlAnalysis): boolean {
  const resets = analysis.effects.some(({ effect }) => effect === 'set-role' || effect === 'discard');
  return resets || sets(analysis, roleSettings);
}

function sets(analysis: SqlAnalysis, names: ReadonlySet<string>): boolean {
  return analysis.effects.some((effect) => effect.effect === 'set' && names.has(effect.name.toLowerCase()));
}
