import { messageOf } from '../errors.ts';
import type { RunContext, RuntimeAction } from '../policy/action.ts';
import type { CheckRequest, CheckResult } from '../policy/verdict.ts';
import { checkExpression } from './expression.ts';
import type { Finding, ReadFile } from './finding.ts';
import { type CheckPorts, noPorts } from './ports.ts';

const keepsNone: Finding = { outcome: 'unknown', expected: 'a unique key', met: 'nothing keeps keys here' };

/** Runs one check. Whatever goes wrong is `unknown`, which holds. */
export async function runCheck(
  request: CheckRequest,
  action: RuntimeAction,
  run: RunContext,
  readFile: ReadFile,
  ports: CheckPorts = noPorts,
): Promise<CheckResult> {
  try {
    return { request, ...(await finding(request, action, run, readFile, ports)) };
  } catch (thrown) {
    return { request, outcome: 'unknown', expected: 'a check that runs', met: messageOf(thrown) };
  }
}

/** What only some policies ask for is loaded when it is asked for: a suite starts sooner. */
async function finding(
  { check, rule }: CheckRequest,
  action: RuntimeAction,
  run: RunContext,
  readFile: ReadFile,
  ports: CheckPorts,
): Promise<Finding> {
  switch (check.type) {
    case 'expression':
      return checkExpression(check.source, action, run, ports);
    case 'schema':
      return (await import('./schema.ts')).checkSchema(check.file, action, readFile);
    case 'columns':
      return (await import('./columns/columns.ts')).checkColumns(action, ports.scope);
    case 'unique':
      return (await ports.unique?.check(check, rule)) ?? keepsNone;
    case 'script':
      return (await import('./script/script.ts')).checkScript(
        check,
        action,
        run,
        readFile,
        ports.environment,
      );
  }
}
