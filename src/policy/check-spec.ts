import { durationMs } from './schema/approvals.ts';
import type { CheckFileSpec } from './schema/rules.ts';
import type { CheckSpec } from './verdict.ts';

/** A check other than an expression, as the judge runs it, with what the policy leaves out. */
export function checkSpecOf(
  check: Exclude<CheckFileSpec, { expression: string } | { unique: unknown }>,
): CheckSpec {
  if ('schema' in check) return { type: 'schema', file: check.schema };
  if ('columns' in check) return { type: 'columns' };
  const { script } = check;
  const given = typeof script === 'string' ? { file: script } : script;
  const { file, env = [], timeout = '5s', memory = 256 } = given;
  return { type: 'script', file, env, timeoutMs: durationMs(timeout), memoryMb: memory };
}
