import type { SqlAnalysis } from '../action.ts';
import { unresolved } from './carriers.ts';

/**
 * An analysis in which every EXECUTE is what the prepared statement does. `lookup` gives the analysis of a
 * prepared statement's text, or null when it is not known, which leaves the EXECUTE unknown. The shape carries
 * both texts, so that an approval binds what runs and the arguments with which.
 */
export function resolveExecutes(
  analysis: SqlAnalysis,
  lookup: (name: string) => SqlAnalysis | null,
): SqlAnalysis {
  let resolved = analysis;
  for (const effect of analysis.effects) {
    if (effect.effect !== 'execute') continue;
    const prepared = effect.name === null ? null : lookup(effect.name);
    if (prepared !== null) resolved = join(resolved, prepared, unresolved(effect.name ?? ''));
  }
  return resolved;
}

function join(outer: SqlAnalysis, prepared: SqlAnalysis, marker: string): SqlAnalysis {
  const unknown = [...outer.unknown];
  const at = unknown.indexOf(marker);
  if (at !== -1) unknown.splice(at, 1);
  const last = outer.shape.at(-1) ?? '';
  const [first = '', ...rest] = prepared.shape;
  // parameters of the prepared text are the arguments of EXECUTE, which stand in the outer text as holes
  const placeholders = prepared.holes.map((hole, index) => ({
    ...hole,
    name: `prepared.${hole.name === '' ? index + 1 : hole.name}`,
    value:
      hole.value.from === 'parameter'
        ? ({ from: 'literal', type: 'string', text: `$${hole.value.number}` } as const)
        : hole.value,
  }));
  return {
    unknown: [...unknown, ...prepared.unknown],
    operations: [...outer.operations, ...prepared.operations.map(unbound)],
    shape: [...outer.shape.slice(0, -1), `${last} -- ${first}`, ...rest],
    holes: [...outer.holes, ...placeholders],
    effects: [...outer.effects, ...prepared.effects],
    statements: outer.statements,
  };
}

/** Parameters of the prepared text are not those of the message that carries EXECUTE. */
function unbound(operation: SqlAnalysis['operations'][number]): SqlAnalysis['operations'][number] {
  return {
    ...operation,
    rows:
      operation.rows?.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([column, value]) => [
            column,
            value.from === 'parameter' ? { from: 'computed' as const } : value,
          ]),
        ),
      ) ?? null,
  };
}
