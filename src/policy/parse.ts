import type { HoldRequirement } from '../approval/requirement.ts';
import { JitError } from '../errors.ts';
import { builtinRules } from './builtin-rules.ts';
import { distinctLayers, requirementsIn } from './layers.ts';
import { checkMeaning } from './meaning.ts';
import { organisationCheck, organisationWords } from './organisation.ts';
import { firstProblems, type Problem } from './problem.ts';
import { fixedApprovals } from './requirements.ts';
import { type CompiledRule, compileRule } from './rule.ts';
import { problemsOf } from './schema/issues.ts';
import { type PolicySpec, policySchema } from './schema/policy.ts';
import { type SuiteSpec, suiteSchema } from './schema/suite.ts';
import type { TargetSpec } from './schema/targets.ts';
import { standingProblems } from './standing.ts';
import { compileGuard, type TargetGuard } from './target-identity.ts';
import type { Decision } from './verdict.ts';
import { YamlFile } from './yaml-file.ts';

export { formatProblem, type Problem } from './problem.ts';

/** A policy file's text and where it came from; `blob` is Git's id of the content. */
export interface PolicyText {
  readonly text: string;
  readonly source: {
    readonly from: 'base' | 'default' | 'head' | 'working-tree' | 'organisation';
    readonly branch: string | null;
    readonly file: string;
    readonly commit: string | null;
    readonly blob: string;
  };
  /** Named by `extends` of another text of the same commit. */
  readonly extended?: true;
  /** Why a file that has to be there has no text. */
  readonly missing?: string;
}

/** One text's rules and its own default. A runtime action is judged by every layer, the strictest wins. */
export interface PolicyLayer {
  readonly default: Decision;
  readonly rules: readonly CompiledRule[];
  /** Built-in rules; they flag, but cannot be written. */
  readonly builtins: ReturnType<typeof builtinRules>;
  /** Null where this text does not ask for the guard `target-identity`. */
  readonly guard: TargetGuard | null;
}

/** Policy texts, united and compiled. What is not about judging comes from the first text, the base's. */
export interface Policy {
  readonly sources: readonly PolicyText['source'][];
  readonly layers: readonly PolicyLayer[];
  /** `record` only where every text says so. */
  readonly mode: 'enforce' | 'record';
  readonly app: number | null;
  readonly workflows: readonly string[];
  readonly unreported: 'pass' | 'block';
  /** What a hold means in a run without a pull request: the strictest that any text says. */
  readonly withoutPullRequest: 'hold' | 'deny' | 'allow';
  readonly targets: Readonly<Record<string, TargetSpec>>;
  readonly suite: SuiteSpec | null;
  /** Every rule that can hold, built-in ones too. */
  readonly requirements: readonly HoldRequirement[];
  /** True when only the head has a policy: it cannot say who approves. */
  readonly fixedApprovals: boolean;
}

export type Loaded =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads, checks and compiles policy texts. Anything wrong is a list of problems; nothing falls back to a default. */
export function loadPolicy(texts: readonly PolicyText[]): Loaded {
  const problems: Problem[] = [];
  const layers: { layer: PolicyLayer; spec: PolicySpec }[] = [];
  const read = texts.map((text) => ({ text, read: readSpec(text) }));
  const together = targetsTogether(read);
  for (const { text, read: one } of read) {
    if (!one.ok) problems.push(...firstProblems(one.problems));
    else {
      const targets = together(text);
      const meant = checkMeaning(one.spec, one.file, text.source.from === 'organisation' ? null : targets);
      problems.push(...firstProblems([...meant, ...standingProblems(one.spec, one.file, text, texts)]));
      const spec = { ...one.spec, targets };
      layers.push({ layer: compileLayer(spec, one.file, text, problems), spec });
    }
  }
  const first = layers[0];
  if (texts.length === 0 || (first === undefined && problems.length === 0)) {
    throw new JitError(
      'NO_POLICY',
      'loadPolicy was given no text; a policy must exist before anything is judged.',
    );
  }
  if (first === undefined || problems.length > 0) {
    return { ok: false, problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
  }
  return { ok: true, policy: united(first.spec, layers, texts) };
}

/**
 * The `suite` of a policy text alone: the one part that is read from the head, whatever the rest says. Null
 * when the text has none. Throws a JitError when it cannot be read.
 */
export function suiteOf(text: string, name = '.github/jit-approval.yml'): SuiteSpec | null {
  const file = new YamlFile(name, text);
  const read = file.value();
  const value = read.ok && typeof read.value === 'object' && read.value !== null ? { ...read.value } : null;
  if (value === null) throw new JitError('SUITE', `${name} of this commit is no readable policy file.`);
  if (!('suite' in value) || value.suite === undefined) return null;
  const parsed = suiteSchema.safeParse(value.suite);
  if (parsed.success) return parsed.data;
  const first = problemsOf(suiteSchema, parsed.error, file)[0];
  throw new JitError(
    'SUITE',
    `The suite in ${name} of this commit cannot be used: ${first?.message ?? 'not understood'}.`,
  );
}

type Read =
  | { readonly ok: true; readonly spec: PolicySpec; readonly file: YamlFile }
  | { readonly ok: false; readonly problems: Problem[] };

function readSpec({ text, source, missing }: PolicyText): Read {
  if (missing !== undefined) {
    return {
      ok: false,
      problems: [{ file: source.file, line: 1, column: 1, message: missing, allowed: null }],
    };
  }
  const tooLarge = YamlFile.tooLarge(source.file, text);
  if (tooLarge !== null) return { ok: false, problems: [tooLarge] };
  const file = new YamlFile(source.file, text);
  const read = file.value();
  if (!read.ok) return read;
  const parsed = policySchema.safeParse(read.value, { reportInput: true });
  if (!parsed.success) return { ok: false, problems: problemsOf(policySchema, parsed.error, file) };
  return { ok: true, spec: parsed.data, file };
}

function compileLayer(
  spec: PolicySpec,
  file: YamlFile,
  { source }: PolicyText,
  problems: Problem[],
): PolicyLayer {
  const approvals = source.from === 'head' ? fixedApprovals : spec.approvals;
  const rules = spec.rules.map((rule, index) => {
    const own =
      source.from === 'head' && rule.hold !== undefined
        ? { ...rule, hold: withoutApprovals(rule.hold) }
        : rule;
    const at = { file: source.file, line: file.lineOf(['rules', index]) };
    return compileRule(organisationCheck(own, source), at, approvals, (path, message, allowed) => {
      problems.push(file.problem(['rules', index, ...path], message, allowed ?? null));
    });
  });
  const identity = spec.guards['target-identity'];
  const own = typeof identity === 'object' && source.from !== 'head' ? (identity.approvals ?? {}) : {};
  const guard = compileGuard(identity, spec.targets, (path, why) => problems.push(file.problem(path, why)));
  return { default: spec.default, rules, builtins: builtinRules(spec, approvals, own), guard };
}

/** What the texts of one commit declare, the first one's word on a name counting. */
function targetsTogether(
  all: readonly { readonly text: PolicyText; readonly read: Read }[],
): (of: PolicyText) => PolicySpec['targets'] {
  return ({ source }) => {
    const specs = all.flatMap(({ text, read }) =>
      read.ok && text.source.from === source.from ? [read.spec.targets] : [],
    );
    return Object.assign({}, ...specs.reverse());
  };
}

function withoutApprovals<T extends { approvals?: unknown }>({
  approvals: _,
  ...hold
}: T): Omit<T, 'approvals'> {
  return hold;
}

/** A policy that only the head has cannot say that nobody need be asked. */
function strictestWithoutPull(
  said: readonly Policy['withoutPullRequest'][],
  fixed: boolean,
): Policy['withoutPullRequest'] {
  const order = ['deny', 'hold', 'allow'] as const;
  const strictest = order.find((one) => said.includes(one)) ?? 'hold';
  return fixed && strictest === 'allow' ? 'hold' : strictest;
}

function united(
  spec: PolicySpec,
  layers: readonly { layer: PolicyLayer; spec: PolicySpec }[],
  texts: readonly PolicyText[],
): Policy {
  const distinct = distinctLayers(layers.map(({ layer }) => layer));
  // extended files say nothing of the run as a whole
  const whole = layers.filter((_, index) => texts[index]?.extended !== true);
  return {
    sources: texts.map((text) => text.source),
    layers: distinct,
    mode: whole.every(({ spec: { mode } }) => mode === 'record') ? 'record' : 'enforce',
    withoutPullRequest: strictestWithoutPull(
      whole.map(({ spec: one }) => one['without-pull-request']),
      texts[0]?.source.from === 'head',
    ),
    ...organisationWords(
      spec,
      layers.flatMap((entry, index) => (texts[index]?.source.from === 'organisation' ? [entry.spec] : [])),
    ),
    targets: spec.targets,
    suite: spec.suite ?? null,
    requirements: requirementsIn(distinct),
    fixedApprovals: texts[0]?.source.from === 'head',
  };
}
