import { type Demand, mayMeet, type Values, valuesOf } from './index-keys.ts';
import type { Unit } from './match.ts';
import type { CompiledRule } from './rule.ts';

/** A rule listed under more words than these is listed under none of the longest list. */
const maximumEntries = 64;

/** One property of the runtime action: the branch for each word that rules demand, and one for rules that demand none. */
interface Branch {
  readonly byKey: Map<string, Branch>;
  any: Branch | null;
  /** At the last property: places of rules in the policy. */
  readonly places: number[];
}

/**
 * Rules by kind, target, operation or method, table or host: what a decision costs grows with the rules that
 * could match, not with all. It leaves out only rules whose matcher is sure to say no; the matcher decides.
 */
export class RuleIndex {
  readonly #rules: readonly CompiledRule[];
  readonly #roots = new Map<string, Branch>();

  constructor(rules: readonly CompiledRule[]) {
    this.#rules = rules;
    rules.forEach((rule, place) => {
      const root = this.#roots.get(rule.kind) ?? branch();
      this.#roots.set(rule.kind, root);
      insert(root, limited(rule.demands), 0, place);
    });
  }

  /** The rules that could match one of the units, in the order of the policy. */
  candidates(units: readonly Unit[]): CompiledRule[] {
    const places: number[] = [];
    for (const unit of units) {
      const root = this.#roots.get(unit.action.kind);
      if (root !== undefined) this.#collect(root, valuesOf(unit), 0, places);
    }
    const found: CompiledRule[] = [];
    let last = -1;
    for (const place of places.length > 1 ? places.sort((a, b) => a - b) : places) {
      const rule = this.#rules[place];
      if (place !== last && rule !== undefined) found.push(rule);
      last = place;
    }
    return found;
  }

  #collect(at: Branch, values: readonly Values[], depth: number, into: number[]): void {
    for (const place of at.places) {
      const rule = this.#rules[place];
      if (rule !== undefined && mayMeet(rule.demands, values)) into.push(place);
    }
    if (depth === values.length) return;
    const met = values[depth] ?? null;
    if (at.any !== null) this.#collect(at.any, values, depth + 1, into);
    if (met === null) {
      for (const below of at.byKey.values()) this.#collect(below, values, depth + 1, into);
      return;
    }
    for (const value of met) {
      const below = at.byKey.get(value);
      if (below !== undefined) this.#collect(below, values, depth + 1, into);
    }
  }
}

function branch(): Branch {
  return { byKey: new Map(), any: null, places: [] };
}

function insert(at: Branch, demands: readonly Demand[], depth: number, place: number): void {
  const demand = demands[depth];
  if (demand === undefined) {
    at.places.push(place);
    return;
  }
  if (demand.keys === null) {
    at.any ??= branch();
    insert(at.any, demands, depth + 1, place);
    return;
  }
  for (const key of demand.keys) {
    const below = at.byKey.get(key) ?? branch();
    at.byKey.set(key, below);
    insert(below, demands, depth + 1, place);
  }
}

/** A rule of a hundred tables and ten operations is not listed a thousand times. */
function limited(demands: readonly Demand[]): readonly Demand[] {
  const entries = demands.reduce((product, { keys }) => product * (keys?.length ?? 1), 1);
  if (entries <= maximumEntries) return demands;
  const longest = Math.max(...demands.map(({ keys }) => keys?.length ?? 0));
  const at = demands.findIndex(({ keys }) => keys?.length === longest);
  return limited(demands.map((one, index) => (index === at ? { keys: null, frames: null } : one)));
}

const indexes = new WeakMap<readonly CompiledRule[], RuleIndex>();

/** The index of a layer's rules, made once. */
export function indexOf(rules: readonly CompiledRule[]): RuleIndex {
  const known = indexes.get(rules);
  if (known !== undefined) return known;
  const made = new RuleIndex(rules);
  indexes.set(rules, made);
  return made;
}
