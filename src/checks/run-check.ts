import { messageOf } from '../errors.ts';
import type { RunContext, RuntimeAction } from '../policy/action.ts';
import type { CheckRequest, CheckResult } from '../policy/verdict.ts';
import { checkExpression } from './expression.ts';
import type { ReadFile } from './finding.ts';
import { checkSchema } from './schema.ts';

/** Runs one check. Whatever goes wrong is `unknown`, which holds. */
export async function runCheck(
  request: CheckRequest,
  action: RuntimeAction,
  run: RunContext,
  readFile: ReadFile,
): Promise<CheckResult> {
  const { check } = request;
  try {
    const finding =
      check.type === 'expression'
        ? checkExpression(check.source, action, run)
        : await checkSchema(check.file, action, readFile);
    return { request, ...finding };
  } catch (thrown) {
    return { request, outcome: 'unknown', expected: 'a check that runs', met: messageOf(thrown) };
  }
}
