import type { RunContext } from './action.ts';
import type { ExpressionContext } from './expression.ts';
import { expressionContext } from './expression-context.ts';
import type { Leaning, Unit } from './match.ts';
import type { CompiledRule, Exemption } from './rule.ts';
import { type Answer, allOf, no, unknown, yes } from './three-valued.ts';

/** A unit with the values that expressions see of it, made when the first expression asks. */
export class JudgedUnit {
  readonly unit: Unit;
  readonly #run: RunContext;
  #context: ExpressionContext | null = null;

  constructor(unit: Unit, run: RunContext) {
    this.unit = unit;
    this.#run = run;
  }

  get context(): ExpressionContext {
    this.#context ??= expressionContext(this.unit.action, this.unit.operation, this.#run);
    return this.#context;
  }
}

/**
 * A rule's answer for one unit: `on` and `when` and not `unless`. An unknown exemption exempts nothing; in a
 * rule that allows, it forbids instead, for there an exemption is what makes things stricter.
 */
export function answerOf(rule: CompiledRule, judged: JudgedUnit): Answer {
  const leaning: Leaning = rule.effect === 'allow' ? 'loose' : 'strict';
  const { when } = rule;
  return allOf([
    () => rule.on.match(judged.unit, leaning),
    () => (when === null ? yes('') : expressionAnswer(when.source, when.evaluate(judged.context))),
    () => notExempt(rule, judged),
  ]);
}

function notExempt(rule: CompiledRule, judged: JudgedUnit): Answer {
  for (const exemption of rule.unless) {
    const answer = exempts(exemption, judged, rule.effect === 'allow');
    if (answer.answer === 'yes') return no(`unless: ${answer.why}`);
    if (answer.answer === 'unknown' && rule.effect === 'allow') return unknown(`unless: ${answer.why}`);
  }
  return yes('');
}

function exempts(exemption: Exemption, judged: JudgedUnit, strict: boolean): Answer {
  if ('matcher' in exemption) return exemption.matcher.match(judged.unit, strict ? 'strict' : 'loose');
  const { expression } = exemption;
  return expressionAnswer(expression.source, expression.evaluate(judged.context));
}

function expressionAnswer(
  source: string,
  truth: ReturnType<CompiledRule['on']['match']> | { answer: 'yes' | 'no' },
): Answer {
  if ('why' in truth) return truth;
  return truth.answer === 'yes' ? yes(source) : no(`not: ${source}`);
}
