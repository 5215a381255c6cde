import { styleText } from 'node:util';
import type { HoldRequest } from '../approval/grant.ts';
import { oneLine, terminalLine, terminalText } from './escape.ts';
import { formLine, formText, valueText } from './form-text.ts';
import { byGravity } from './gravity.ts';
import { duration, headline } from './headline.ts';
import { unexplainedRedactions } from './redaction.ts';
import { rememberLines } from './remember-text.ts';
import type { Flagged, Report, StepResult } from './schema.ts';

export interface Style {
  readonly color: boolean;
}

const width = 80;
const plainStyle: Style = { color: false };

type Tint = 'green' | 'red' | 'yellow' | 'dim' | 'bold';

function tint(style: Style, color: Tint, text: string): string {
  return style.color ? styleText(color, text, { validateStream: false }) : text;
}

const marks: Readonly<Record<StepResult['status'], { mark: string; color: Tint }>> = {
  passed: { mark: '✓', color: 'green' },
  failed: { mark: '✗', color: 'red' },
  held: { mark: '‖', color: 'yellow' },
  denied: { mark: '✗', color: 'red' },
  skipped: { mark: '-', color: 'dim' },
};

export function stepStartLine(step: { readonly id: string; readonly run: string }, style: Style): string {
  const id = terminalLine(step.id, 24);
  return tint(style, 'dim', `▸ ${id}  ${terminalLine(step.run, width - 4 - id.length)}`);
}

/** `✓ api        passed   1.2 s  12 allowed, 1 held, 0 denied`. */
export function stepLine(step: StepResult, style: Style): string {
  const { mark, color } = marks[step.status];
  const head = `${tint(style, color, `${mark} ${terminalLine(step.id, 24).padEnd(16)} ${step.status.padEnd(7)}`)}`;
  if (step.status === 'skipped') return `${head} ${terminalLine(skipReason(step), width - 27)}`;
  const counts = `${step.allowed} allowed, ${step.held} held, ${step.denied} denied`;
  const reason = step.reason === null ? '' : `\n  ${terminalLine(step.reason, width - 2)}`;
  return `${head} ${duration(step.durationMs).padStart(9)}  ${counts}${reason}`;
}

function skipReason(step: StepResult): string {
  if (step.reason !== null) return step.reason;
  return step.passedInAttempt === null ? '' : `passed in attempt ${step.passedInAttempt}`;
}

/** A line when something is held or denied, while the suite goes on. */
export function flaggedLine(flagged: Flagged, style: Style): string {
  const color =
    flagged.outcome === 'held'
      ? 'yellow'
      : ['denied', 'unapproved'].includes(flagged.outcome)
        ? 'red'
        : 'dim';
  const head = `  ${flagged.outcome} ${flagged.id}`;
  return `${tint(style, color, head)}  ${terminalText(formLine(flagged.form, width - head.length - 2))}`;
}

const shownAtEnd = 20;

/** What the run came to, ending in a line break. */
export function endSummary(report: Report, style: Style): string {
  const color = report.result === 'passed' ? 'green' : report.result === 'held' ? 'yellow' : 'red';
  const open = byGravity(report.flagged).filter(({ outcome }) => outcome !== 'granted');
  const lines = ['', tint(style, color, terminalLine(headline(report), width))];
  for (const flagged of open.slice(0, shownAtEnd)) lines.push(...flaggedBlock(flagged, style));
  if (open.length > shownAtEnd) lines.push('', `${open.length - shownAtEnd} more are in the report.`);
  if (report.notices.length > 0) lines.push('');
  for (const notice of report.notices.slice(0, shownAtEnd)) lines.push(...wrap(notice, '! ', '  '));
  if (report.notices.length > shownAtEnd) lines.push(`! ${report.notices.length - shownAtEnd} more notices`);
  return `${lines.join('\n')}\n`;
}

function flaggedBlock(flagged: Flagged, style: Style): string[] {
  const count = flagged.count === 1 ? '' : ` ×${flagged.count}`;
  const where = flagged.origin ?? flagged.ruleAt;
  return [
    '',
    `${tint(style, 'bold', flagged.id)} ${flagged.outcome}${count} on ${terminalLine(flagged.target, 40)}`,
    `  ${terminalText(formLine(flagged.form, width - 2))}`,
    ...wrap(flagged.reason, '  why: ', '       '),
    ...(where === null ? [] : [`  at:  ${terminalLine(`${where.file}:${where.line}`, width - 7)}`]),
    ...(flagged.unbindable === null ? [] : wrap(flagged.unbindable, '  cannot be approved: ', '       ')),
  ];
}

const promptLines = 12;

/** What a person is asked about; ends in a line break, the question follows. */
export function holdPrompt(hold: HoldRequest, varying: readonly string[], style: Style = plainStyle): string {
  const all = terminalText(formText(hold.form)).split('\n');
  const shown = all.slice(0, promptLines).map((line) => `  ${terminalLine(line, 6 * width)}`);
  const isCut = all.length > promptLines || all.some((line) => line.length > 6 * width);
  return [
    '',
    `${tint(style, 'yellow', `held ${hold.id}`)} on ${terminalLine(hold.form.target, width - 20)}`,
    ...shown,
    ...(isCut ? ['  … not shown whole: show everything (s) before you approve'] : []),
    ...wrap(hold.reason, '  why: ', '       '),
    ...(varying.length === 0 ? [] : wrap(varying.join(', '), '  looks generated: ', '       ')),
    ...hidden(hold),
    '',
  ].join('\n');
}

/** The same without any cut: every value by its name, and the rules. */
export function holdDetails(hold: HoldRequest): string {
  const { form } = hold;
  const values = form.values.map((value) => {
    const selects = value.selects ? '  (decides what is touched)' : '';
    return `  ${whole(`${value.name} = ${valueText(form.kind, value)}`)}${selects}`;
  });
  return [
    '',
    ...terminalText(formText(form))
      .split('\n')
      .map((line) => `  ${line}`),
    '',
    `  kind: ${form.kind}   target: ${whole(form.target)}   role: ${whole(form.role ?? '-')}`,
    `  relations: ${whole(form.relations?.join(', ') ?? 'not resolved')}`,
    `  rules: ${whole(form.rules.map((rule) => rule.id).join(', '))}`,
    ...(values.length > 0 ? ['  values:', ...values.map((line) => `  ${line}`)] : []),
    ...hidden(hold),
    ...rememberLines(hold.remember?.() ?? []),
    `  fingerprint: ${hold.fingerprint}`,
    '',
  ].join('\n');
}

/** One line, however long. */
function whole(text: string): string {
  return terminalText(oneLine(text));
}

/** Values that approving does not bind. */
function hidden({ form }: HoldRequest): string[] {
  const names = form.values
    .filter(({ type }) => type === 'redacted' || type === 'varies')
    .map(({ name }) => name);
  const odd = unexplainedRedactions(form);
  return [
    ...(names.length === 0 ? [] : wrap(names.join(', '), '  approves any value of: ', '       ')),
    ...(odd.length === 0
      ? []
      : wrap(odd.join(', '), '  redacted although the name is not secret: ', '       ')),
  ];
}

/** Foreign text as lines of at most 80 columns; a longer word stands by itself. */
function wrap(text: string, first: string, next: string): string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of terminalLine(text, 2000).split(' ')) {
    const empty = line === first || line === next;
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = next + word;
    } else line += empty ? word : ` ${word}`;
  }
  return [...lines, line];
}
