import type { RunContext, RuntimeAction } from '../policy/action.ts';
import { compileExpression, type Expression } from '../policy/expression.ts';
import { expressionContext } from '../policy/expression-context.ts';
import { type Finding, passed } from './finding.ts';

const compiled = new Map<string, Expression>();

/** CEL must be true for every operation of the runtime action. */
export function checkExpression(source: string, action: RuntimeAction, run: RunContext): Finding {
  const key = `${action.kind} ${source}`;
  const expression = compiled.get(key) ?? compileExpression(source, action.kind);
  compiled.set(key, expression);
  const operations =
    action.kind === 'sql' && action.analysis.operations.length > 0 ? action.analysis.operations : [null];
  if (action.kind === 'sql' && action.analysis.unknown.length > 0) {
    return { outcome: 'unknown', expected: source, met: action.analysis.unknown.join('; ') };
  }
  for (const operation of operations) {
    const truth = expression.evaluate(expressionContext(action, operation, run));
    if (truth.answer === 'unknown') return { outcome: 'unknown', expected: source, met: truth.why };
    if (truth.answer === 'no') return { outcome: 'failed', expected: source, met: 'it is false' };
  }
  return passed;
}
