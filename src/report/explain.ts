import type { TraceEntry, Verdict } from '../policy/verdict.ts';
import { terminalLine } from './escape.ts';
import { formLine } from './form-text.ts';
import { recordedSentence } from './recording-text.ts';
import type { Flagged } from './schema.ts';
import { columns, wrapped } from './table.ts';
import { checkSentence } from './views.ts';

/** A verdict with all that led to it; printed as a tree or as JSON. */
export interface Explanation {
  readonly id: string | null;
  readonly action: string;
  readonly target: string;
  readonly decision: 'allow' | 'hold' | 'deny';
  /** What became of it beyond the verdict; null when nothing did. */
  readonly became: string | null;
  readonly reason: string;
  /** Ids of the rules that decided. */
  readonly rules: readonly string[];
  readonly unknown: readonly string[];
  readonly trace: readonly TraceEntry[];
  /** Rules that the report does not name. */
  readonly leftOut: number;
  /** One sentence per check that ran. */
  readonly checks: readonly { readonly rule: string; readonly sentence: string }[];
  /** Where rules stand, by id. */
  readonly places: Readonly<Record<string, string>>;
}

/** A flagged runtime action of a report, as its run judged it. */
export function explainFlagged(flagged: Flagged): Explanation {
  const by = flagged.deniedBy === null ? 'Denied by the policy.' : `Denied by ${flagged.deniedBy}.`;
  const became = {
    held: 'It did not run; it waits for approval.',
    denied: `It did not run. ${by}`,
    granted: 'It ran, as it was approved.',
    unapproved: recordedSentence('unapproved'),
    'would-hold': recordedSentence('would-hold'),
    'would-deny': recordedSentence('would-deny'),
  }[flagged.outcome];
  const denies =
    flagged.outcome === 'would-deny' || (flagged.outcome === 'denied' && flagged.deniedBy === null);
  const { ruleAt, form } = flagged;
  const first = form.rules[0];
  return {
    id: flagged.id,
    action: formLine(form, 400),
    target: flagged.target,
    decision: denies ? 'deny' : 'hold',
    became,
    reason: flagged.reason,
    rules: form.rules.map((rule) => rule.id),
    unknown: flagged.unknown,
    trace: flagged.trace,
    leftOut: flagged.traceLeftOut ?? 0,
    checks: flagged.checks.map((check) => ({ rule: check.rule, sentence: checkSentence(check) })),
    // the report says where the first one stands; with several it may be another's
    places:
      ruleAt !== null && first !== undefined && form.rules.length === 1
        ? { [first.id]: `${ruleAt.file}:${ruleAt.line}` }
        : {},
  };
}

/** A verdict that was just reached. */
export function explainVerdict(
  verdict: Verdict,
  what: { readonly action: string; readonly target: string; readonly places: Explanation['places'] },
): Explanation {
  return {
    id: null,
    ...what,
    decision: verdict.decision,
    became: null,
    reason: verdict.reason,
    rules: verdict.rules.map((rule) => rule.id),
    unknown: verdict.unknown,
    trace: verdict.trace,
    leftOut: 0,
    checks: verdict.results.map(({ request, outcome, expected, met }) => ({
      rule: request.rule.id,
      sentence: checkSentence({ rule: request.rule.id, type: request.check.type, outcome, expected, met }),
    })),
  };
}

const rank: Readonly<Record<TraceEntry['answer'], number>> = { yes: 0, unknown: 1, no: 2 };

/** The tree, at 80 columns: what it was, what was decided, and every rule with its answer and why. */
export function explanationText(of: Explanation): string {
  const name = of.id === null ? '' : `${of.id}  `;
  const lines = [
    ...wrapped(of.action, name, ' '.repeat(name.length)),
    `on ${terminalLine(of.target, columns - 3)}`,
    ...wrapped(of.reason, `└─ ${of.decision}: `, '   '),
    ...(of.became === null ? [] : wrapped(of.became, '   ')),
    ...of.unknown.flatMap((why) => wrapped(why, '   unknown: ', '   ')),
  ];
  // those that matched first: with a thousand rules the rest is for searching
  const trace = [...of.trace].sort((a, b) => rank[a.answer] - rank[b.answer]);
  trace.forEach((entry, index) => {
    lines.push(...branch(entry, of, index === trace.length - 1));
  });
  if (of.leftOut > 0) {
    const left = `${of.leftOut} more rules are not named here, as the report would be too long`;
    lines.push(...wrapped(left, '   … ', '     '));
  }
  return `${lines.join('\n')}\n`;
}

const answers: Readonly<Record<TraceEntry['answer'], string>> = {
  yes: 'matches',
  unknown: 'unknown, so it holds',
  no: 'does not match',
};

function branch(entry: TraceEntry, of: Explanation, last: boolean): string[] {
  const place = of.places[entry.rule];
  const where = place === undefined ? '' : `  ${place}`;
  const decided = of.rules.includes(entry.rule) ? `, and decides: ${of.decision}` : '';
  const head = `   ${last ? '└─' : '├─'} `;
  const under = `   ${last ? ' ' : '│'}    `;
  return [
    ...wrapped(`${entry.rule}: ${answers[entry.answer]}${decided}${where}`, head, under),
    ...(entry.why === '' ? [] : wrapped(entry.why, under, under)),
    ...of.checks
      .filter((check) => check.rule === entry.rule)
      .flatMap((check) => wrapped(check.sentence, `${under}check `, under)),
  ];
}
