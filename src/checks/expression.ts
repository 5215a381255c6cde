import type { RunContext, RuntimeAction, SqlOperation } from '../policy/action.ts';
import { compileExpression, type Expression, type ExpressionContext } from '../policy/expression.ts';
import { expressionContext } from '../policy/expression-context.ts';
import { type Finding, passed } from './finding.ts';
import { type CheckPorts, noPorts } from './ports.ts';
import { valuesRead } from './values-read.ts';

const compiled = new Map<string, Expression>();

/** CEL must be true for every operation of the runtime action. */
export async function checkExpression(
  source: string,
  action: RuntimeAction,
  run: RunContext,
  ports: CheckPorts = noPorts,
): Promise<Finding> {
  const key = `${action.kind} ${source}`;
  const expression = compiled.get(key) ?? compileExpression(source, action.kind);
  compiled.set(key, expression);
  const operations =
    action.kind === 'sql' && action.analysis.operations.length > 0 ? action.analysis.operations : [null];
  if (action.kind === 'sql' && action.analysis.unknown.length > 0) {
    return { outcome: 'unknown', expected: source, met: action.analysis.unknown.join('; ') };
  }
  for (const operation of operations) {
    const { truth, context } = await evaluated(expression, action, operation, run, ports);
    if (truth.answer === 'unknown') return { outcome: 'unknown', expected: source, met: truth.why };
    if (truth.answer === 'no')
      return { outcome: 'failed', expected: source, met: valuesRead(expression, context) };
  }
  return passed;
}

/** Once more where it lacked a fact that costs something. */
async function evaluated(
  expression: Expression,
  action: RuntimeAction,
  operation: SqlOperation | null,
  run: RunContext,
  ports: CheckPorts,
): Promise<{ readonly truth: ReturnType<Expression['evaluate']>; readonly context: ExpressionContext }> {
  const first = expressionContext(action, operation, run, await ports.facts(new Set()));
  const truth = expression.evaluate(first);
  if (truth.answer !== 'unknown' || first.lacks.size === 0) return { truth, context: first };
  const context = expressionContext(action, operation, run, await ports.facts(first.lacks));
  return { truth: expression.evaluate(context), context };
}
