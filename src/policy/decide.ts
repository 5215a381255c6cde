import type { RunContext, RuntimeAction } from './action.ts';
import { answerOf, JudgedUnit, NeedsFact } from './evaluate.ts';
import { NeedsRelations } from './match-sql.ts';
import { opaqueCall } from './opaque-call.ts';
import type { Policy, PolicyLayer } from './parse.ts';
import type { CompiledRule } from './rule.ts';
import { indexOf } from './rule-index.ts';
import { type Answer, anyOf, yes } from './three-valued.ts';
import { isTransactionControl, unitsOf } from './units.ts';
import type {
  CheckRequest,
  CheckResult,
  DecideResult,
  Decision,
  Facts,
  RuleRef,
  TraceEntry,
  Verdict,
} from './verdict.ts';

export { httpReads } from './http-reads.ts';

export interface Question {
  readonly policy: Policy;
  readonly action: RuntimeAction;
  readonly run: RunContext;
  readonly facts: Facts;
}

const severity: Readonly<Record<Decision, number>> = { allow: 0, hold: 1, deny: 2 };

/** One rule's word on the action. */
interface Finding {
  readonly decision: Decision;
  readonly rule: RuleRef;
  /** Why, in one sentence. */
  readonly reason: string;
  readonly unknown: string | null;
}

/** The whole trace costs as much as asking every rule, so it is made when it is read. */
type Trace = () => readonly TraceEntry[];

interface Gathered {
  readonly findings: Finding[];
  readonly checks: CheckRequest[];
  /** Null where nobody wants to know why: then rules that cannot match are not asked at all. */
  readonly trace: TraceEntry[] | null;
}

/**
 * What the policy says of one runtime action: the strictest word of any rule, whatever their order, or the
 * facts without which it cannot be said. Pure.
 */
export function decide(question: Question): DecideResult {
  let trace: readonly TraceEntry[] | null = null;
  return judged(question, { findings: [], checks: [], trace: null }, () => (trace ??= traceOf(question)));
}

/** The same, by asking every rule: what `decide` must equal, however many rules it leaves out. */
export function explain(question: Question): DecideResult {
  const trace: TraceEntry[] = [];
  return judged(question, { findings: [], checks: [], trace }, () => trace);
}

function traceOf(question: Question): readonly TraceEntry[] {
  const explained = explain(question);
  return explained.kind === 'verdict' ? explained.verdict.trace : [];
}

function judged(question: Question, gathered: Gathered, trace: Trace): DecideResult {
  try {
    for (const layer of question.policy.layers) judgeByLayer(layer, question, gathered);
  } catch (thrown) {
    if (thrown instanceof NeedsFact) return { kind: 'needs', facts: [thrown.fact] };
    if (thrown instanceof NeedsRelations) return { kind: 'needs', facts: ['relations'] };
    throw thrown;
  }
  return { kind: 'verdict', verdict: verdictOf(gathered, [], trace) };
}

function judgeByLayer(layer: PolicyLayer, question: Question, gathered: Gathered): void {
  const { policy, action, run, facts } = question;
  const units = unitsOf(action, facts).map((unit) => new JudgedUnit(unit, run, facts));
  const allowed = new Set<JudgedUnit>();
  const rules =
    gathered.trace === null ? indexOf(layer.rules).candidates(units.map(({ unit }) => unit)) : layer.rules;
  for (const rule of rules) for (const unit of judgeByRule(rule, units, gathered)) allowed.add(unit);
  const call = opaqueCall(policy, action);
  if (call.answer !== 'no') speak(layer.builtins.opaqueCall.ref, 'hold', call, gathered);
  gathered.trace?.push({ rule: layer.builtins.opaqueCall.ref.id, ...call });
  // an `allow` rule alone takes an operation from the default, so that no other rule can loosen what it adds to;
  // each operation by itself, whatever stands beside it in the statement
  const open = units.some((unit) => !allowed.has(unit) && !isTransactionControl(unit.unit));
  if (open && layer.default !== 'allow') {
    const { ref } = layer.builtins.default;
    speak(ref, layer.default, yes(ref.reason), gathered);
    gathered.trace?.push({ rule: ref.id, ...yes(ref.reason) });
  }
}

/** Gathers what a rule says, and returns the units that it allows. */
function judgeByRule(rule: CompiledRule, units: readonly JudgedUnit[], gathered: Gathered): JudgedUnit[] {
  const first = units[0];
  if (first !== undefined && rule.kind !== first.unit.action.kind) {
    gathered.trace?.push({ rule: rule.ref.id, answer: 'no', why: `it is about ${rule.kind}` });
    return [];
  }
  const answers = units.map((unit) => answerOf(rule, unit));
  const answer = anyOf(answers);
  gathered.trace?.push({ rule: rule.ref.id, ...answer });
  if (rule.effect === 'allow') {
    if (answer.answer === 'yes') speak(rule.ref, 'allow', answer, gathered);
    return units.filter((_, index) => answers[index]?.answer === 'yes');
  }
  if (rule.effect === 'check' && answer.answer === 'yes') {
    for (const { spec } of rule.checks) {
      gathered.checks.push({ rule: rule.ref, otherwise: rule.otherwise, check: spec });
    }
  }
  // beside an operation that fits for certain, another may be unknown: a check cannot speak for that one
  const doubt = rule.effect === 'check' ? anyOf(answers.filter(isUnknown)) : answer;
  if (rule.effect !== 'check' && answer.answer === 'yes') speak(rule.ref, rule.effect, answer, gathered);
  else if (doubt.answer === 'unknown') speak(rule.ref, 'hold', doubt, gathered);
  return [];
}

function isUnknown(answer: Answer): boolean {
  return answer.answer === 'unknown';
}

/** Unknown holds, whatever the rule would have done. */
function speak(rule: RuleRef, effect: Decision, answer: Answer, gathered: Gathered): void {
  gathered.findings.push(
    answer.answer === 'unknown'
      ? {
          decision: 'hold',
          rule: { ...rule, effect: 'hold' },
          reason: `${rule.reason} (unknown whether rule ${rule.id} applies: ${answer.why})`,
          unknown: answer.why,
        }
      : { decision: effect, rule, reason: rule.reason, unknown: null },
  );
}

/**
 * The verdict once the checks that it asked for have run. A check without a result is unknown: nothing passes
 * because it was forgotten.
 */
export function conclude(verdict: Verdict, results: readonly CheckResult[]): Verdict {
  const missing = verdict.checks
    .filter((request) => !results.some((result) => sameRequest(result.request, request)))
    .map(
      (request): CheckResult => ({
        request,
        outcome: 'unknown',
        expected: 'a result',
        met: 'it did not run',
      }),
    );
  const all = [...results, ...missing];
  const gathered = { findings: [...standing(verdict), ...all.flatMap(findingOf)], checks: [] };
  return verdictOf(gathered, all, () => verdict.trace, verdict.unknown);
}

/** What was said before the checks ran; the reason stays as it was. */
function standing({ rules, decision, reason }: Verdict): Finding[] {
  return rules.map((rule) => ({ decision, rule, reason, unknown: null }));
}

function findingOf({ request, outcome, expected, met }: CheckResult): Finding[] {
  if (outcome === 'passed') return [];
  const decision = outcome === 'failed' ? request.otherwise : 'hold';
  return [
    {
      decision,
      rule: { ...request.rule, effect: decision },
      reason: `${request.rule.reason}: expected ${expected}; met ${met}`,
      unknown: outcome === 'unknown' ? met : null,
    },
  ];
}

function sameRequest(a: CheckRequest, b: CheckRequest): boolean {
  return (
    a === b ||
    (a.rule.id === b.rule.id &&
      a.rule.digest === b.rule.digest &&
      JSON.stringify(a.check) === JSON.stringify(b.check))
  );
}

function verdictOf(
  { findings, checks }: Omit<Gathered, 'trace'>,
  results: readonly CheckResult[],
  trace: Trace,
  unknownBefore: readonly string[] = [],
): Verdict {
  const decision = findings.reduce<Decision>(
    (worst, finding) => (severity[finding.decision] > severity[worst] ? finding.decision : worst),
    'allow',
  );
  const speaking = findings.filter((finding) => finding.decision === decision).sort(byRule);
  const reasons = [...new Set(speaking.map((finding) => finding.reason))].join('; ');
  return {
    decision,
    reason: reasons || 'no rule holds or denies it',
    rules: distinct(speaking.map((finding) => finding.rule)),
    unknown: [...new Set([...unknownBefore, ...speaking.flatMap((finding) => finding.unknown ?? [])])],
    checks,
    results,
    get trace() {
      return trace();
    },
  };
}

/** Order of rules in the file never shows. */
function byRule(a: Finding, b: Finding): number {
  return keyOf(a.rule) < keyOf(b.rule) ? -1 : keyOf(a.rule) > keyOf(b.rule) ? 1 : 0;
}

function keyOf({ id, digest }: RuleRef): string {
  return `${id} ${digest}`;
}

/** By id, then digest: two layers may each have a rule of one name. */
function distinct(rules: readonly RuleRef[]): RuleRef[] {
  const byKey = new Map(rules.map((rule) => [keyOf(rule), rule]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rule]) => rule);
}
