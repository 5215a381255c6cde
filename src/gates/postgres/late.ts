import type { SqlAnalysis } from '../../policy/action.ts';
import type { Plan } from './plan.ts';
import type { Portals } from './portals.ts';
import { nameKey } from './statements.ts';

/**
 * Bind plans SELECT, INSERT, UPDATE, DELETE and MERGE: names are resolved there. Every other statement (EXECUTE,
 * TRUNCATE, DROP, COPY, CREATE TABLE AS …) is only kept, and looks up names, tables and prepared statements when
 * its portal is executed; by then they can mean something else than what was judged.
 */
export interface Late {
  readonly plan: Plan;
  readonly at: number;
}

const planned = /^\s*(?:\(|(?:select|insert|update|delete|merge|values|with|table)\b)/i;

export function readAnewAtExecute(analysis: SqlAnalysis): boolean {
  // SELECT INTO is CREATE TABLE AS
  return !planned.test(analysis.shape[0] ?? '') || analysis.effects.some(({ effect }) => effect === 'ddl');
}

/** Anything was sent between Bind and Execute that could have changed a meaning. */
export function stale(late: Late, moment: number): boolean {
  return late.at !== moment;
}

/** FETCH can execute a portal of the protocol too. */
export function fetchDoubt(portals: Portals, analysis: SqlAnalysis): string[] {
  return analysis.effects.flatMap((effect) => {
    if (effect.effect !== 'fetch') return [];
    const late = effect.name !== null && portals.get(nameKey(effect.name))?.late;
    return late ? [`FETCH executes the portal "${effect.name}", whose statement is read anew`] : [];
  });
}
