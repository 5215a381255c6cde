import type { CheckRequest, CheckSpec } from '../../src/policy/verdict.ts';

/** A check asked for by some rule. */
export function requestOf(check: CheckSpec): CheckRequest {
  const rule = {
    id: 'r',
    digest: '0'.repeat(64),
    effect: 'deny',
    reason: 'x',
    at: null,
    varies: [],
    headers: [],
    offersVarying: true,
    waitMs: null,
  } as const;
  return { rule, otherwise: 'deny', check };
}
