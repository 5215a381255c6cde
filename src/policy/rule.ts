import { createHash } from 'node:crypto';
import type { HoldRequirement } from '../approval/requirement.ts';
import { messageOf } from '../errors.ts';
import type { ActionKind } from './action.ts';
import { canonical } from './canonical.ts';
import { checkSpecOf } from './check-spec.ts';
import { compileExpression, type Expression, ExpressionFault } from './expression.ts';
import { type Demand, demandsOf } from './index-keys.ts';
import { compileMatcher, type Matcher } from './match.ts';
import { approversOf, requirementOf } from './requirements.ts';
import { type Approvals, durationMs } from './schema/approvals.ts';
import type { MatcherSpec, RuleSpec } from './schema/rules.ts';
import { keyPart } from './unique-key.ts';
import type { CheckSpec, Decision, RuleRef, UniqueSpec } from './verdict.ts';

export type Exemption = { readonly matcher: Matcher } | { readonly expression: Expression };

/** A rule ready to be asked. */
export interface CompiledRule {
  readonly ref: RuleRef;
  readonly kind: ActionKind;
  /** `check`: its checks decide. */
  readonly effect: Decision | 'check';
  readonly on: Matcher;
  /** What `on` demands, for the index. */
  readonly demands: readonly Demand[];
  readonly when: Expression | null;
  readonly unless: readonly Exemption[];
  readonly checks: readonly { readonly spec: CheckSpec; readonly expression: Expression | null }[];
  readonly otherwise: 'deny' | 'hold';
  readonly requirement: HoldRequirement;
}

/** Told of what is wrong, with the path inside the rule. */
export type Fault = (path: readonly PropertyKey[], message: string, allowed?: string | undefined) => void;

/** Compiles one rule; everything wrong with it is told to `fault`. */
export function compileRule(
  spec: RuleSpec,
  at: { readonly file: string; readonly line: number },
  approvals: Approvals,
  fault: Fault,
): CompiledRule {
  const kind = kindOf(spec.on);
  const effect = effectOf(spec, fault);
  const on = compileMatcher(spec.on, (path, why) => fault(['on', ...path], why));
  const when = spec.when === undefined ? null : expression(spec.when, kind, ['when'], fault);
  const unless = exemptions(spec, kind, fault);
  const checks = (spec.check ?? []).map((check, index) =>
    'unique' in check
      ? {
          spec: uniqueSpec(check.unique, spec.on, ['check', index, 'unique', 'key'], fault),
          expression: null,
        }
      : 'expression' in check
        ? {
            spec: { type: 'expression' as const, source: check.expression },
            expression: expression(check.expression, kind, ['check', index, 'expression'], fault),
          }
        : { spec: checkSpecOf(check), expression: null },
  );
  const expressions = [
    when,
    ...unless.map((one) => ('expression' in one ? one.expression : null)),
    ...checks.map((one) => one.expression),
  ];
  const otherwise = spec.otherwise ?? 'deny';
  const ref: RuleRef = {
    id: spec.id,
    // who may approve is judged when a vote is cast, so it is part of what a vote is bound to
    digest: digestOf({ ...spec, from: approversOf(spec, approvals) }),
    effect: effect === 'check' ? otherwise : effect,
    reason: spec.hold?.reason ?? spec.deny?.reason ?? spec.allow?.reason ?? `checks of rule ${spec.id}`,
    at,
    varies: spec.varies ?? [],
    headers: [...new Set(expressions.flatMap((one) => one?.headers ?? []))].sort(),
    offersVarying: spec.identity !== 'exact',
    waitMs: spec.hold?.wait === undefined ? null : durationMs(spec.hold.wait),
    ...(expressions.some((one) => one?.readsRows === true) ? { readsRows: true } : {}),
    ...(spec.hold?.remember === false ? { forbidsRemember: true as const } : {}),
  };
  return {
    ref,
    kind,
    effect,
    on,
    demands: demandsOf(spec.on),
    when,
    unless,
    checks,
    otherwise,
    requirement: requirementOf(spec, ref, approvals),
  };
}

function kindOf(spec: MatcherSpec): ActionKind {
  if ('sql' in spec) return 'sql';
  if ('http' in spec) return 'http';
  return 'command' in spec ? 'command' : 'call';
}

const effects = ['hold', 'deny', 'allow', 'check'] as const;

function effectOf(spec: RuleSpec, fault: Fault): CompiledRule['effect'] {
  const given = effects.filter((name) => spec[name] !== undefined);
  // `check` with `hold` says who approves when `otherwise: hold`
  const combined = given.length === 2 && given.includes('check') && given.includes('hold');
  if (given.length !== 1 && !combined) {
    const met = given.length === 0 ? 'has no effect' : `has several effects (${given.join(', ')})`;
    fault(
      given.length === 0 ? [] : [given[1] ?? ''],
      `rule "${spec.id}" ${met}`,
      'one of hold, deny, allow, check',
    );
  }
  if (spec.otherwise !== undefined && spec.check === undefined) {
    fault(['otherwise'], '"otherwise" says what a failed check means, but the rule has no "check"');
  }
  if (combined && spec.otherwise !== 'hold') {
    fault(['hold'], '"hold" beside "check" needs "otherwise: hold"');
  }
  return given.includes('check') ? 'check' : (given[0] ?? 'hold');
}

function exemptions(spec: RuleSpec, kind: ActionKind, fault: Fault): Exemption[] {
  const given = spec.unless === undefined ? [] : Array.isArray(spec.unless) ? spec.unless : [spec.unless];
  return given.flatMap((entry, index): Exemption[] => {
    const path = Array.isArray(spec.unless) ? ['unless', index] : ['unless'];
    if (typeof entry === 'string') {
      const compiled = expression(entry, kind, path, fault);
      return compiled === null ? [] : [{ expression: compiled }];
    }
    if (kindOf(entry) !== kind)
      fault(path, `this exempts ${kindOf(entry)}, but the rule is about ${kind}`, kind);
    return [{ matcher: compileMatcher(entry, (inner, why) => fault([...path, ...inner], why)) }];
  });
}

function expression(
  source: string,
  kind: ActionKind,
  path: readonly PropertyKey[],
  fault: Fault,
): Expression | null {
  try {
    return compileExpression(source, kind);
  } catch (thrown) {
    const allowed = thrown instanceof ExpressionFault ? thrown.allowed : null;
    fault(path, `"${shortened(source)}": ${messageOf(thrown)}`, allowed ?? undefined);
    return null;
  }
}

function uniqueSpec(
  { key, nulls }: { readonly key: readonly string[]; readonly nulls?: string | undefined },
  on: MatcherSpec,
  path: readonly PropertyKey[],
  fault: Fault,
): UniqueSpec {
  const parts = key.flatMap((text, index) => {
    try {
      return [keyPart(text, kindOf(on))];
    } catch (thrown) {
      fault([...path, index], `"${text}" cannot be part of a key`, messageOf(thrown));
      return [];
    }
  });
  const table = 'sql' in on ? (on.sql.table ?? null) : null;
  const tables = typeof table === 'string' ? [table] : table;
  return { type: 'unique', key: parts, tables, nullsDistinct: nulls !== 'not distinct' };
}

/** A page of CEL in front of the reason would hide it. */
function shortened(source: string): string {
  return source.length <= 200 ? source : `${source.slice(0, 199)}…`;
}

/** SHA-256 (hex) of what the rule says, whatever the order of its keys. */
export function digestOf(spec: unknown): string {
  return createHash('sha256').update(canonical(spec)).digest('hex');
}
