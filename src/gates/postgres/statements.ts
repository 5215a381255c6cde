import type { SqlAnalysis, SqlEffect } from '../../policy/action.ts';
import { nameLimit } from '../../protocol/postgres/limits.ts';
import type { StatementText } from './text.ts';

/** A prepared statement: Parse and SQL's PREPARE share one space of names. */
export interface Prepared {
  readonly text: StatementText;
  /** Types of the parameters; 0 until the server has told. */
  oids: readonly number[];
  /** True once something ran that could have prepared another statement under this name. */
  doubtful: boolean;
}

/** What a message does to the names when it succeeds. */
export type NameChange =
  | { readonly change: 'set'; readonly name: string; readonly prepared: Prepared }
  | { readonly change: 'drop'; readonly name: string }
  | { readonly change: 'drop-all' };

export function touches(change: NameChange, name: string): boolean {
  return change.change === 'drop-all' || change.name === name;
}

/** The key under which the server keeps a name: its first bytes, so that no longer name passes for another. */
export function nameKey(name: Buffer | string): string {
  const bytes = typeof name === 'string' ? Buffer.from(name, 'utf8') : name;
  return bytes.subarray(0, nameLimit).toString('latin1');
}

export class Statements {
  readonly #known = new Map<string, Prepared>();

  get(name: string): Prepared | null {
    return this.#known.get(name) ?? null;
  }

  apply(changes: readonly NameChange[]): void {
    for (const change of changes) {
      if (change.change === 'drop-all') this.#known.clear();
      else if (change.change === 'drop') this.#known.delete(change.name);
      else this.#known.set(change.name, change.prepared);
    }
  }

  /** Several statements failed half-way: what they name may or may not be there. Unknown names are refused. */
  forget(changes: readonly NameChange[]): void {
    for (const change of changes) {
      if (change.change === 'drop-all') this.#known.clear();
      else this.#known.delete(change.name);
    }
  }

  doubtAll(): void {
    for (const prepared of this.#known.values()) prepared.doubtful = true;
  }
}

/** What SQL itself does to the names, in the order of the text. */
export function nameChanges(
  analysis: SqlAnalysis,
  outer: Pick<StatementText, 'doubt' | 'options'>,
): NameChange[] {
  return analysis.effects.flatMap((effect) => nameChange(effect, analysis, outer));
}

function nameChange(
  effect: SqlEffect,
  analysis: SqlAnalysis,
  outer: Pick<StatementText, 'doubt' | 'options'>,
): NameChange[] {
  switch (effect.effect) {
    case 'prepare': {
      const { doubt, options } = outer;
      const text: StatementText = { text: effect.statement, bytes: null, doubt, options };
      const prepared: Prepared = { text, oids: [], doubtful: false };
      return [{ change: 'set', name: nameKey(effect.name), prepared }];
    }
    case 'deallocate':
      return [effect.name === null ? { change: 'drop-all' } : { change: 'drop', name: nameKey(effect.name) }];
    case 'discard':
      // DISCARD PLANS, SEQUENCES and TEMP leave prepared statements alone
      return /\ball\b/i.test(analysis.shape.join(' ')) ? [{ change: 'drop-all' }] : [];
    default:
      return [];
  }
}
