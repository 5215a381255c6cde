import type { SqlAnalysis, SqlHole, SqlParam } from '../../policy/action.ts';
import type { AnalyseSoon } from '../../policy/sql/analyse.ts';
import { resolveExecutes } from '../../policy/sql/execute.ts';
import { type NameChange, nameChanges, nameKey, type Prepared, touches } from './statements.ts';
import { analysisOf, type StatementText, withUnknown } from './text.ts';

/** What is judged when a text runs: itself, or the prepared statement that its EXECUTE runs. */
export interface Plan {
  readonly statement: string;
  readonly params: readonly SqlParam[];
  readonly analysis: SqlAnalysis;
  /** Of the text itself and of everything that it executes. */
  readonly effects: SqlAnalysis;
  readonly changes: readonly NameChange[];
  /** Name of an EXECUTE that the session never prepared. */
  readonly missing: string | null;
}

export type FindPrepared = (name: string) => Promise<Prepared | null>;

export async function planOf(
  analyse: AnalyseSoon,
  text: StatementText,
  params: readonly SqlParam[],
  find: FindPrepared,
): Promise<Plan> {
  const read = analysisOf(analyse, text);
  const analysis = read instanceof Promise ? await read : read;
  const changes = nameChanges(analysis, text);
  const plain: Plan = { statement: text.text, params, analysis, effects: analysis, changes, missing: null };
  const names = analysis.effects.flatMap((effect) =>
    effect.effect === 'execute' ? [effect.name ?? ''] : [],
  );
  if (names.length === 0) return plain;
  const prepared = new Map<string, Prepared>();
  for (const name of names) {
    const found = await executed(name, changes, find);
    if (found === 'missing') return { ...plain, missing: name };
    if (found !== 'ambiguous') prepared.set(name, found);
  }
  const inner = new Map<string, SqlAnalysis>();
  for (const [name, found] of prepared) {
    const readInner = analysisOf(analyse, found.text);
    inner.set(name, innerAnalysis(readInner instanceof Promise ? await readInner : readInner, found));
  }
  // what stays unresolved stays unknown
  const whole = resolveExecutes(analysis, (name) => inner.get(name) ?? null);
  const args = names.length === 1 && analysis.statements === 1 ? executeArguments(analysis, params) : null;
  const [only] = prepared.values();
  const [onlyAnalysis] = inner.values();
  if (args === null || only === undefined || onlyAnalysis === undefined) {
    return { ...plain, analysis: whole, effects: whole };
  }
  return { ...plain, statement: only.text.text, params: args, analysis: onlyAnalysis, effects: whole };
}

/** What a name will mean when EXECUTE comes to it, if the text itself leaves that clear. */
async function executed(
  name: string,
  changes: readonly NameChange[],
  find: FindPrepared,
): Promise<Prepared | 'missing' | 'ambiguous'> {
  const key = nameKey(name);
  const local = changes.filter((change) => touches(change, key));
  const earlier = await find(key);
  if (local.length === 0) return earlier ?? 'missing';
  const [only] = local;
  return earlier === null && local.length === 1 && only?.change === 'set' ? only.prepared : 'ambiguous';
}

function innerAnalysis(analysis: SqlAnalysis, prepared: Prepared): SqlAnalysis {
  // Parse can prepare what PREPARE cannot: another EXECUTE
  const nested = analysis.effects.some((effect) => effect.effect === 'execute');
  return withUnknown(analysis, [
    ...(prepared.doubtful ? [doubt] : []),
    ...(nested ? ['the prepared statement executes another prepared statement'] : []),
  ]);
}

export function doubted(plan: Plan, why: readonly string[]): Plan {
  return { ...plan, analysis: withUnknown(plan.analysis, why), effects: withUnknown(plan.effects, why) };
}

export const doubt = 'the prepared statement may have been replaced by a statement that could not be read';

/**
 * The values of an EXECUTE that stands alone: `EXECUTE name (literal, $1, …)`. Null when an argument is more
 * than a literal or a parameter, or when EXECUTE is part of something else (EXPLAIN, CREATE TABLE AS).
 */
function executeArguments(analysis: SqlAnalysis, params: readonly SqlParam[]): SqlParam[] | null {
  const [first = '', ...between] = analysis.shape;
  if (analysis.holes.length === 0) {
    return /^\s*execute\s+("(?:[^"]|"")+"|[^\s"();]+)\s*;?\s*$/i.test(first) ? [] : null;
  }
  const last = between.pop() ?? '';
  const alone =
    /^\s*execute\s+("(?:[^"]|"")+"|[^\s"();]+)\s*\(\s*$/i.test(first) &&
    between.every((part) => /^\s*,\s*$/.test(part)) &&
    /^\s*\)\s*;?\s*$/.test(last);
  return alone ? analysis.holes.map((hole) => argument(hole, params)) : null;
}

function argument(hole: SqlHole, params: readonly SqlParam[]): SqlParam {
  const { value } = hole;
  if (value.from === 'parameter') {
    const given = params[value.number - 1];
    return (
      given ?? { oid: 0, value: { known: false, why: `parameter $${value.number} was not bound` }, hex: null }
    );
  }
  return { oid: 0, value: { known: true, value: value.type === 'null' ? null : value.text }, hex: null };
}
