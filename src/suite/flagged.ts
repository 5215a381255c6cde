import { buildForm } from '../approval/build-form.ts';
import { actionId, fingerprint, runIdLength } from '../approval/fingerprint.ts';
import type { RunContext, RuntimeAction, TableName } from '../policy/action.ts';
import { evidenceOf } from '../policy/evidence.ts';
import type { Facts, RuleRef, Verdict } from '../policy/verdict.ts';
import { redactForm, redactText } from '../report/redaction.ts';
import type { Flagged } from '../report/schema.ts';
import type { JudgeOptions } from './judge.ts';

/** `?name` marks a relation that did not exist when it was judged. */
function relationNames(action: RuntimeAction, facts: Facts): readonly string[] | null {
  const relations = facts.relations;
  if (action.kind !== 'sql' || relations === undefined || !relations.known) return null;
  const written: TableName[] = action.analysis.operations.flatMap((operation) => operation.tables);
  return relations.value.map((resolved, index) =>
    resolved === null ? `?${written[index]?.name ?? ''}` : `${resolved.schema ?? '?'}.${resolved.name}`,
  );
}

/** The record of a flagged runtime action, redacted, as if held; the caller says what became of it. */
export function flaggedOf(
  options: Pick<JudgeOptions, 'secrets' | 'now' | 'idLength'>,
  action: RuntimeAction,
  run: RunContext,
  verdict: Verdict,
  facts: Facts,
): Flagged {
  const built = buildForm(
    action,
    verdict.rules,
    relationNames(action, facts),
    evidenceOf(facts, verdict.rules),
  );
  const form = redactForm(built.form, options.secrets);
  const print = fingerprint(form);
  const clean = (text: string, max: number) => redactText(text, options.secrets).slice(0, max);
  return {
    id: actionId(print, options.idLength ?? runIdLength),
    fingerprint: print,
    form,
    outcome: 'held',
    grant: null,
    deniedBy: null,
    target: action.target.name.slice(0, 300),
    reason: clean(verdict.reason, 2000),
    unknown: verdict.unknown.slice(0, 100).map((why) => clean(why, 1000)),
    checks: verdict.results.slice(0, 100).map(({ request, outcome, expected, met }) => ({
      rule: request.rule.id,
      type: request.check.type,
      outcome,
      expected: clean(expected, 2000),
      met: clean(met, 2000),
    })),
    trace: verdict.trace.slice(0, 2000).map((entry) => ({ ...entry, why: clean(entry.why, 1000) })),
    unbindable: built.unbindable,
    count: 1,
    steps: [run.step],
    origin: action.origin,
    ruleAt: ruleAt(verdict.rules),
    firstAt: new Date(options.now()).toISOString(),
  };
}

function ruleAt(rules: readonly RuleRef[]): Flagged['ruleAt'] {
  return rules.find((rule) => rule.at !== null)?.at ?? null;
}
