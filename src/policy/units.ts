import type { RuntimeAction, SqlAction, TableName } from './action.ts';
import type { Unit } from './match.ts';
import type { Facts } from './verdict.ts';

/**
 * The operations of a runtime action, each to be judged by itself: a statement with data-modifying CTEs is
 * several pairs of operation and tables. What is not understood of a statement is one more unit, which no
 * operation or table can be denied of.
 */
export function unitsOf(action: RuntimeAction, facts: Facts): readonly Unit[] {
  if (action.kind !== 'sql') return [{ action, operation: null, relations: null, notUnderstood: null }];
  return [...understoodUnits(action, facts), ...restUnits(action)];
}

function understoodUnits(action: SqlAction, facts: Facts): Unit[] {
  let offset = 0;
  return action.analysis.operations.map((operation) => {
    const from = offset;
    offset += operation.tables.length;
    return { action, operation, relations: sliced(facts, from, operation.tables), notUnderstood: null };
  });
}

function restUnits(action: SqlAction): Unit[] {
  const why = action.analysis.unknown;
  return why.length === 0
    ? []
    : [{ action, operation: null, relations: null, notUnderstood: why.join('; ') }];
}

function sliced(facts: Facts, from: number, tables: readonly TableName[]): Unit['relations'] {
  const { relations } = facts;
  if (relations === undefined || !relations.known) return relations ?? null;
  return { known: true, value: relations.value.slice(from, from + tables.length) };
}

/** Beginning and ending a transaction changes nothing by itself: it passes whatever the default is. */
export function isTransactionControl(unit: Unit): boolean {
  return unit.operation?.operation === 'transaction';
}
