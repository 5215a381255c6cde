import type { HoldRequirement } from '../approval/requirement.ts';
import type { PolicyLayer } from './parse.ts';
import { digestOf } from './rule.ts';

interface Named {
  readonly ref: { readonly id: string; readonly digest: string };
  readonly requirement: HoldRequirement;
}

/** Marks a rule of a later layer; no id in a file can hold this sign. */
const mark = '@';

/**
 * Layers whose rules can be told apart by id. A later layer's rule that is another than the first layer's of
 * the same id, or asks for other approvals, becomes `id@2`: a vote says by rule id which requirements it
 * meets, and must not meet one by meeting the other.
 */
export function distinctLayers(layers: readonly PolicyLayer[]): PolicyLayer[] {
  const taken = new Map<string, Named>();
  return layers.map((layer, index) => {
    const distinct = <T extends Named>(rule: T): T => {
      const known = taken.get(rule.ref.id);
      if (known === undefined) taken.set(rule.ref.id, rule);
      if (known === undefined || same(known, rule)) return rule;
      const id = `${rule.ref.id}${mark}${index + 1}`;
      return { ...rule, ref: { ...rule.ref, id }, requirement: { ...rule.requirement, ruleId: id } };
    };
    return {
      ...layer,
      rules: layer.rules.map(distinct),
      builtins: {
        default: distinct(layer.builtins.default),
        opaqueCall: distinct(layer.builtins.opaqueCall),
        targetIdentity: distinct(layer.builtins.targetIdentity),
      },
    };
  });
}

/** `default: hold` and `default: deny` are two rules of one id, and so are told apart by their digests. */
function same(a: Named, b: Named): boolean {
  return a.ref.digest === b.ref.digest && digestOf(a.requirement) === digestOf(b.requirement);
}

/** What every rule asks of people, each once. */
export function requirementsIn(layers: readonly PolicyLayer[]): HoldRequirement[] {
  const all = layers.flatMap((layer) =>
    [...layer.rules, ...Object.values(layer.builtins)].map((rule) => rule.requirement),
  );
  return [...new Map(all.map((entry) => [`${entry.ruleId} ${entry.digest}`, entry])).values()];
}
