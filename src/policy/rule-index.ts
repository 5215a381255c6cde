import { type Demand, nothingSure, type Values, valuesOf, type Way } from './index-keys.ts';
import type { Unit } from './match.ts';
import type { CompiledRule } from './rule.ts';

/** A rule listed under more words than these is listed under none of the longest list. */
const maximumEntries = 64;

/** One property of the runtime action: the branches of what rules demand of it, and one for rules that demand nothing. */
class Branch {
  readonly words = new Map<string, Branch>();
  readonly starts = new Affixes((text, length) => text.slice(0, length));
  readonly ends = new Affixes((text, length) => text.slice(-length));
  any: Branch | null = null;
  /** Below the last property: places of rules in the policy. */
  readonly places: number[] = [];

  below(by: Way, word: string): Branch {
    if (by === 'start') return this.starts.at(word);
    if (by === 'end') return this.ends.at(word);
    return branchAt(this.words, word);
  }
}

/** Branches by how a text begins or ends: one look-up for each length there is, however many rules. */
class Affixes {
  readonly #cut: (text: string, length: number) => string;
  readonly #branches = new Map<string, Branch>();
  readonly #lengths: number[] = [];

  constructor(cut: (text: string, length: number) => string) {
    this.#cut = cut;
  }

  at(word: string): Branch {
    if (!this.#lengths.includes(word.length)) this.#lengths.push(word.length);
    return branchAt(this.#branches, word);
  }

  visit(text: string, visitor: (branch: Branch) => void): void {
    for (const length of this.#lengths) {
      const found = length > text.length ? undefined : this.#branches.get(this.#cut(text, length));
      if (found !== undefined) visitor(found);
    }
  }

  values(): Iterable<Branch> {
    return this.#branches.values();
  }
}

function branchAt(branches: Map<string, Branch>, word: string): Branch {
  const known = branches.get(word);
  if (known !== undefined) return known;
  const made = new Branch();
  branches.set(word, made);
  return made;
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
      insert(branchAt(this.#roots, rule.kind), limited(rule.demands), 0, place);
    });
  }

  /** The rules that could match one of the units, in the order of the policy. */
  candidates(units: readonly Unit[]): CompiledRule[] {
    const places: number[] = [];
    for (const unit of units) {
      const root = this.#roots.get(unit.action.kind);
      if (root !== undefined) collect(root, valuesOf(unit), 0, places);
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
}

function collect(at: Branch, values: readonly Values[], depth: number, into: number[]): void {
  for (const place of at.places) into.push(place);
  if (depth === values.length) return;
  const visit = (below: Branch) => collect(below, values, depth + 1, into);
  if (at.any !== null) visit(at.any);
  const met = values[depth] ?? null;
  if (met === null) {
    for (const branches of [at.words, at.starts, at.ends])
      for (const below of branches.values()) visit(below);
    return;
  }
  for (const value of met) {
    const below = at.words.get(value);
    if (below !== undefined) visit(below);
    at.starts.visit(value, visit);
    at.ends.visit(value, visit);
  }
}

function insert(at: Branch, demands: readonly Demand[], depth: number, place: number): void {
  const demand = demands[depth];
  if (demand === undefined) {
    at.places.push(place);
    return;
  }
  if (demand.by === 'any') {
    at.any ??= new Branch();
    insert(at.any, demands, depth + 1, place);
    return;
  }
  for (const word of demand.words) insert(at.below(demand.by, word), demands, depth + 1, place);
}

/** A rule of a hundred tables and ten operations is not listed a thousand times. */
function limited(demands: readonly Demand[]): readonly Demand[] {
  const entries = demands.reduce((product, { words }) => product * Math.max(1, words.length), 1);
  if (entries <= maximumEntries) return demands;
  const longest = Math.max(...demands.map(({ words }) => words.length));
  const at = demands.findIndex(({ words }) => words.length === longest);
  return limited(demands.map((one, index) => (index === at ? nothingSure : one)));
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
