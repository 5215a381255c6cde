import type { RunContext } from './action.ts';
import type { Expression, ExpressionContext, Truth } from './expression.ts';
import { expressionContext } from './expression-context.ts';
import type { Leaning, Unit } from './match.ts';
import type { CompiledRule, Exemption } from './rule.ts';
import { type Answer, allOf, no, unknown, yes } from './three-valued.ts';
import type { FactName, Facts } from './verdict.ts';

/** A unit with the values that expressions see of it, made when the first expression asks. */
export class JudgedUnit {
  readonly unit: Unit;
  readonly #run: RunContext;
  readonly #facts: Facts;
  #context: ExpressionContext | null = null;

  constructor(unit: Unit, run: RunContext, facts: Facts = {}) {
    this.unit = unit;
    this.#run = run;
    this.#facts = facts;
  }

  get context(): ExpressionContext {
    this.#context ??= expressionContext(this.unit.action, this.unit.operation, this.#run, this.#facts);
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
    () => (when === null ? yes('') : expressionAnswer(when.source, evaluated(when, judged.context))),
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
  return expressionAnswer(expression.source, evaluated(expression, judged.context));
}

/** What would be unknown only because a fact was not fetched yet is asked again with it. */
function evaluated(expression: Expression, context: ExpressionContext): Truth {
  const truth = expression.evaluate(context);
  const [lacking] = context.lacks;
  if (truth.answer === 'unknown' && lacking !== undefined) throw new NeedsFact(lacking);
  return truth;
}

/** Thrown where an expression cannot go on without a fact that costs something. */
export class NeedsFact extends Error {
  readonly fact: FactName;

  constructor(fact: FactName) {
    super(`needs ${fact}`);
    this.fact = fact;
  }
}

function expressionAnswer(
  source: string,
  truth: ReturnType<CompiledRule['on']['match']> | { answer: 'yes' | 'no' },
): Answer {
  if ('why' in truth) return truth;
  return truth.answer === 'yes' ? yes(source) : no(`not: ${source}`);
}
