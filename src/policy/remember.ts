import { stringify } from 'yaml';
import type { RuntimeAction, SqlOperation, Target } from './action.ts';
import { compileMatcher } from './match.ts';
import { fullName } from './name-pattern.ts';
import type { Policy, PolicyLayer, PolicyText } from './parse.ts';
import type { CompiledRule } from './rule.ts';
import type { MatcherSpec } from './schema/rules.ts';
import type { ServerIdentity } from './server-identity.ts';
import { unitsOf } from './units.ts';
import type { Facts, RuleRef, Verdict } from './verdict.ts';

/** How one rule could let a flagged runtime action pass from now on, instead of by an approval each time. */
export interface Remember {
  readonly rule: string;
  /** The file to change; null for a rule of none. */
  readonly source: PolicyText['source'] | null;
  readonly line: number | null;
  /** Where in the file the entry belongs. */
  readonly place: string;
  /** YAML, ready to paste; null where there can be none, and `why` says so. */
  readonly entry: string | null;
  readonly why: string | null;
  /** What the entry lets pass, to be held against what was recorded. */
  readonly matchers: readonly MatcherSpec[];
}

/** One proposal for each rule that flagged the action. */
export function rememberOf(
  policy: Policy,
  action: RuntimeAction,
  verdict: Verdict,
  facts: Facts,
): readonly Remember[] {
  return verdict.rules.map((ref) => {
    const at = policy.layers.findIndex((layer) => ruleOf(layer, ref) !== null || isBuiltin(layer, ref));
    const layer = policy.layers[at];
    const source = policy.sources[at] ?? null;
    const rule = layer === undefined ? null : ruleOf(layer, ref);
    const base = { rule: ref.id, source, line: ref.at?.line ?? null, matchers: [], entry: null };
    if (rule === null) return builtin(base, action, verdict, facts);
    const place = `rules, ${ref.id}, unless`;
    if (ref.forbidsRemember === true) {
      return { ...base, place, why: 'the rule forbids it (`remember: false`)' };
    }
    const matchers = matchersOf(action, facts, rule);
    return typeof matchers === 'string'
      ? { ...base, place, why: matchers }
      : { ...base, place, why: null, matchers, entry: yaml(matchers) };
  });
}

function ruleOf(layer: PolicyLayer, { id, digest }: RuleRef): CompiledRule | null {
  return layer.rules.find(({ ref }) => ref.id === id && ref.digest === digest) ?? null;
}

function isBuiltin(layer: PolicyLayer, { id, digest }: RuleRef): boolean {
  return Object.values(layer.builtins).some(({ ref }) => ref.id === id && ref.digest === digest);
}

/** `default` is answered by a rule that allows, `opaque-call` by the target's own list of functions. */
function builtin(
  base: Pick<Remember, 'rule' | 'source' | 'line' | 'matchers'> & { readonly entry: null },
  action: RuntimeAction,
  verdict: Verdict,
  facts: Facts,
): Remember {
  if (base.rule.startsWith('opaque-call')) {
    const place = `targets, ${action.target.name}, functions`;
    const names = action.kind === 'sql' ? calledNames(action.analysis.operations) : [];
    return verdict.unknown.length > 0 || names.length === 0
      ? { ...base, place, why: 'what it calls has no name' }
      : { ...base, place, why: null, entry: yaml(names) };
  }
  const matchers = matchersOf(action, facts, null);
  if (typeof matchers === 'string') return { ...base, place: 'rules', why: matchers };
  const rules = matchers.map((on, index) => ({ id: `allow-${index + 1}`, on, allow: {} }));
  return { ...base, place: 'rules', why: null, matchers, entry: yaml(rules) };
}

function calledNames(operations: readonly SqlOperation[]): string[] {
  return [
    ...new Set(
      operations.flatMap(({ operation, function: name }) =>
        operation === 'call' && name !== null ? [fullName(name)] : [],
      ),
    ),
  ];
}

/** Exact matchers for each operation that the rule speaks of, or why there are none. */
function matchersOf(
  action: RuntimeAction,
  facts: Facts,
  rule: CompiledRule | null,
): readonly MatcherSpec[] | string {
  const units = unitsOf(action, facts).filter(
    (unit) => rule === null || rule.on.match(unit, 'strict').answer !== 'no',
  );
  const found: MatcherSpec[] = [];
  for (const unit of units) {
    if (unit.notUnderstood !== null)
      return `an exception is no answer to what is not understood: ${unit.notUnderstood}`;
    if (unit.relations !== null && !unit.relations.known) return unit.relations.why;
    const names = unit.relations?.value.map((name) => (name === null ? null : fullName(name))) ?? null;
    const spec = exactMatcher(action, unit.operation, names);
    if (spec === null) return 'a name in it cannot be written as a pattern';
    // the proof that pasting it has the promised effect
    const faults: string[] = [];
    const answer = compileMatcher(spec, (_, why) => faults.push(why)).match(unit, 'loose');
    if (faults.length > 0 || answer.answer !== 'yes') return 'a name in it cannot be written as a pattern';
    found.push(spec);
  }
  return found.length > 0 ? found : 'there is nothing to name';
}

function exactMatcher(
  action: RuntimeAction,
  operation: SqlOperation | null,
  resolved: readonly (string | null)[] | null,
): MatcherSpec | null {
  switch (action.kind) {
    case 'sql': {
      if (operation === null) return null;
      const tables = operation.tables.map((table, index) =>
        table.schema === null ? (resolved?.[index] ?? null) : fullName(table),
      );
      const names = tables.filter((name) => name !== null);
      if (names.length < tables.length || ![...names, action.target.name].every(isPlain)) return null;
      const called = operation.function === null ? null : fullName(operation.function);
      if (called !== null && !isPlain(called)) return null;
      return {
        sql: {
          operation: operation.operation,
          ...(names.length > 0 ? { table: oneOrAll([...new Set(names)]) } : {}),
          ...(called === null ? {} : { function: called }),
          target: action.target.name,
        },
      };
    }
    case 'http': {
      const { method, path, host } = action;
      if (!method.known || !path.known || ![method.value, path.value, host].every(isPlain)) return null;
      return { http: { method: method.value, host, path: path.value } };
    }
    case 'command': {
      const argv = action.argv.join(' ');
      return isPlain(argv) && isPlain(action.name) ? { command: { name: action.name, argv } } : null;
    }
    case 'call':
      return isPlain(action.name) && isPlain(action.target.name)
        ? { call: { name: action.name, target: action.target.name } }
        : null;
  }
}

function oneOrAll(names: readonly string[]): string | string[] {
  return names.length === 1 ? (names[0] ?? '') : [...names];
}

/** No sign of a pattern in it, so that it stands for itself alone. */
function isPlain(text: string): boolean {
  return text !== '' && text.length <= 500 && !/[*?[\]{}()!+@\\"\u0000-\u001f]/.test(text);
}

/** A server that the guard `target-identity` held, as its target names it. */
export function rememberServer(
  policy: Policy,
  target: Target,
  server: ServerIdentity,
  rules: readonly RuleRef[],
): Remember[] {
  const { database, systemIdentifier } = server;
  return rules.map((ref) => {
    const at = policy.layers.findIndex((layer) => isBuiltin(layer, ref));
    const base = { rule: ref.id, source: policy.sources[at] ?? null, line: null, matchers: [] };
    const place = `targets, ${target.name}`;
    if (!target.declared)
      return { ...base, place: 'targets', entry: null, why: 'the policy does not declare the target' };
    const words = stringify(
      { server: { 'system-identifier': systemIdentifier, database } },
      { lineWidth: 0 },
    ).trim();
    return { ...base, place, entry: words, why: null };
  });
}

function yaml(entries: readonly unknown[]): string {
  return entries
    .map(
      (entry) =>
        `- ${stringify(entry, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trim()}`,
    )
    .join('\n');
}
