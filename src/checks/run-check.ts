import { messageOf } from '../errors.ts';
import type { RunContext, RuntimeAction } from '../policy/action.ts';
import type { CheckRequest, CheckResult } from '../policy/verdict.ts';
import { checkExpression } from './expression.ts';
import type { Finding, ReadFile } from './finding.ts';
import { checkSchema } from './schema.ts';
import type { UniqueAction } from './unique/unique.ts';

const notHere: Finding = { outcome: 'unknown', expected: 'a unique key', met: 'nothing keeps keys here' };

/** Runs one check. Whatever goes wrong is `unknown`, which holds. */
export async function runCheck(
  request: CheckRequest,
  action: RuntimeAction,
  run: RunContext,
  readFile: ReadFile,
  unique: UniqueAction | null = null,
): Promise<CheckResult> {
  const { check } = request;
  try {
    const finding =
      check.type === 'expression'
        ? checkExpression(check.source, action, run)
        : check.type === 'unique'
          ? await (unique?.check(check, request.rule) ?? notHere)
          : await checkSchema(check.file, action, readFile);
    return { request, ...finding };
  } catch (thrown) {
    return { request, outcome: 'unknown', expected: 'a check that runs', met: messageOf(thrown) };
  }
}
