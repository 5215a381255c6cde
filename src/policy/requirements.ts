import type { ActionForm } from '../approval/form.ts';
import type { BreakGlass, HoldRequirement } from '../approval/requirement.ts';
import type { Policy } from './parse.ts';
import { type Approvals, durationMs } from './schema/approvals.ts';
import type { RuleSpec } from './schema/rules.ts';
import type { RuleRef } from './verdict.ts';

/** An approval is forgotten after a day unless the policy says otherwise. */
const defaultExpiry = '24h';

/** Where a policy came from the head itself it cannot say who approves: these people do. */
export const fixedApprovals: Approvals = {
  count: 1,
  from: { role: 'maintain' },
  author: false,
  contributors: false,
  expires: defaultExpiry,
  scope: 'pull-request',
};

/** Who may approve what a rule flags: its own words, then the file's, then whoever maintains the repository. */
export function approversOf(spec: Pick<RuleSpec, 'hold'>, approvals: Approvals): HoldRequirement['from'] {
  const from = spec.hold?.approvals?.from ?? approvals.from ?? {};
  const codeowners = from.codeowners === true;
  const nobody =
    !codeowners && from.role === undefined && from.teams === undefined && from.users === undefined;
  return {
    role: nobody ? 'maintain' : (from.role ?? null),
    teams: from.teams ?? [],
    users: from.users ?? [],
    ...(codeowners && { codeowners }),
  };
}

function breakGlassOf(given: Approvals['breakGlass']): BreakGlass | null {
  if (given === undefined || given === false) return null;
  const { role = null, teams = [], users = [], author = false, contributors = false } = given;
  return { role, teams, users, author, contributors };
}

function remindMs(remind: Approvals['remind']): number | null {
  return remind === undefined ? null : durationMs(remind);
}

/** What a rule asks of people: its own words, then the file's, then the defaults. */
export function requirementOf(
  spec: Pick<RuleSpec, 'hold' | 'repeat' | 'uses'>,
  rule: Pick<RuleRef, 'id' | 'digest' | 'offersVarying'>,
  approvals: Approvals,
): HoldRequirement {
  const own = spec.hold?.approvals ?? {};
  return {
    ruleId: rule.id,
    digest: rule.digest,
    count: own.count ?? approvals.count ?? 1,
    from: approversOf(spec, approvals),
    author: own.author ?? approvals.author ?? false,
    contributors: own.contributors ?? approvals.contributors ?? false,
    expiresMs: durationMs(own.expires ?? approvals.expires ?? defaultExpiry),
    remindMs: remindMs(own.remind ?? approvals.remind),
    scope: own.scope ?? approvals.scope ?? 'pull-request',
    repeat: spec.repeat ?? null,
    uses: spec.uses ?? null,
    offersVarying: rule.offersVarying,
    breakGlass: breakGlassOf(own.breakGlass ?? approvals.breakGlass),
  };
}

/**
 * The requirements of the rules that flagged a runtime action. Null when one of them is gone or says something
 * else now: then no approval given under it counts.
 */
export function requirementsOf(
  policy: Policy,
  rules: ActionForm['rules'],
): readonly HoldRequirement[] | null {
  const found = rules.map(({ id, digest }) =>
    policy.requirements.find((entry) => entry.ruleId === id && entry.digest === digest),
  );
  const present = found.filter((entry) => entry !== undefined);
  return present.length === rules.length && rules.length > 0 ? present : null;
}
