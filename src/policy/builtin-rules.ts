import type { HoldRequirement } from '../approval/requirement.ts';
import { approversOf, requirementOf } from './requirements.ts';
import { digestOf } from './rule.ts';
import type { Approvals } from './schema/approvals.ts';
import type { PolicySpec } from './schema/policy.ts';
import type { Decision, RuleRef } from './verdict.ts';

export interface BuiltinRule {
  readonly ref: RuleRef;
  readonly requirement: HoldRequirement;
}

/** Rules that every policy has. */
export interface BuiltinRules {
  /** Speaks when no `allow` rule matches and `default` is hold or deny. */
  readonly default: BuiltinRule;
  /** User functions, DO and CALL: what they do cannot be seen. */
  readonly opaqueCall: BuiltinRule;
  /** The guard `target-identity`: releases a server and database, however many statements follow. */
  readonly targetIdentity: BuiltinRule;
}

export function builtinRules(
  spec: Pick<PolicySpec, 'default'>,
  approvals: Approvals,
  guardApprovals: Approvals = {},
): BuiltinRules {
  return {
    default: builtin(
      'default',
      spec.default,
      `No rule allows it, and the policy's default is ${spec.default}`,
      approvals,
    ),
    opaqueCall: builtin(
      'opaque-call',
      'hold',
      'Calls code inside the database, whose effects cannot be seen',
      approvals,
    ),
    targetIdentity: targetIdentity({ ...approvals, ...guardApprovals }),
  };
}

/** It stands for every write to one server, so executions are not counted and nothing in it may vary. */
function targetIdentity(approvals: Approvals): BuiltinRule {
  const reason = 'Writes to a server that is not proven to be thrown away';
  const { ref } = builtin('target-identity', 'hold', reason, approvals);
  const exact = { ...ref, offersVarying: false };
  return { ref: exact, requirement: requirementOf({ repeat: 'any' }, exact, approvals) };
}

function builtin(id: string, effect: Decision, reason: string, approvals: Approvals): BuiltinRule {
  const digest = digestOf({ builtin: id, effect, from: approversOf({}, approvals) });
  const ref: RuleRef = {
    id,
    digest,
    effect,
    reason,
    at: null,
    varies: [],
    headers: [],
    offersVarying: true,
    waitMs: null,
  };
  return { ref, requirement: requirementOf({}, ref, approvals) };
}
