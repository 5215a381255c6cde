import { cut } from './cut.ts';
import { markdown, oneLine, tableCode } from './escape.ts';
import { formLine } from './form-text.ts';
import { byGravity } from './gravity.ts';
import { duration, headline } from './headline.ts';
import { code, formBlock, holdFacts, howToDecide, prose } from './hold-markdown.ts';
import { changesOf } from './policy-change.ts';
import { isRecorded } from './recording-text.ts';
import { rememberBriefly } from './remember-text.ts';
import type { Counted, Flagged, Report, StepResult, TargetResult } from './schema.ts';
import { afterApproval, notApprovable } from './sentences.ts';
import { timeline } from './timeline.ts';
import { viewOfFlagged } from './views.ts';

/** GitHub refuses a step's summary above 1 MiB. */
const maximumSummary = 1024 * 1024;
/** Rows and blocks of each kind; a summary is read by people, the rest is in the report. */
export const maximumRows = 200;
const maximumDetails = 50;

/** The job's summary as GitHub Markdown of at most `max` bytes. `wholeAt`: address of the report, if it is known. */
export function jobSummary(
  report: Report,
  max: number = maximumSummary,
  wholeAt: string | null = null,
): string {
  const sections = [
    `### ${markdown(headline(report))}`,
    policyLine(report),
    wholeAt === null ? null : `[The whole report](${wholeAt}), nothing cut`,
    noticeList(report),
    changeList(report),
    flaggedTable(report),
    stepTable(report.steps),
    timeline(report),
    targetTable(report.targets),
    repeatedList(report.repeated),
    details(report),
  ];
  const text = sections.filter((section) => section !== null).join('\n\n');
  return cut(`${text}\n`, max, { as: 'markdown', unit: 'bytes' });
}

function policyLine(report: Report): string | null {
  if (report.policy.length === 0) return null;
  const sources = report.policy.map(
    (source) =>
      `${code(source.file)} of ${source.branch === null ? 'the working tree' : code(source.branch)} (blob ${source.blob.slice(0, 12)})`,
  );
  return `Policy: ${sources.join(' and ')}`;
}

function noticeList(report: Report): string | null {
  if (report.notices.length === 0) return null;
  const lines = report.notices.slice(0, maximumRows).map((notice) => `- ${prose(notice, 1000)}`);
  return ['**Notices**', '', ...lines, ...leftOut(report.notices.length)].join('\n');
}

/** What a reviewer of the policy must know before merging it. */
function changeList(report: Report): string | null {
  const [first, ...rest] = changesOf(report, 100);
  if (first === undefined) return null;
  return [
    '**Policy change**',
    '',
    prose(first, 1000),
    '',
    ...rest.map((line) => `- ${prose(line, 1000)}`),
  ].join('\n');
}

function flaggedTable(report: Report): string | null {
  if (report.flagged.length === 0) return null;
  const rows = byGravity(report.flagged)
    .slice(0, maximumRows)
    .map((flagged) => {
      const where = flagged.origin ?? flagged.ruleAt;
      const place = where === null ? '' : cell(`${where.file}:${where.line}`);
      const count = flagged.count === 1 ? '' : ` ×${flagged.count}`;
      return `| \`${flagged.id}\` | ${flagged.outcome}${count} | ${cell(formLine(flagged.form, 120))} | ${cell(flagged.target)} | ${place} | ${remedy(flagged, notApprovable(report))} |`;
    });
  return [
    '**Flagged runtime actions**',
    '',
    '| Action | Outcome | What | Target | Where | What to do |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    ...leftOut(report.flagged.length),
    ...next(report),
  ].join('\n');
}

function next(report: Report): string[] {
  const after = afterApproval(report);
  if (!report.flagged.some((flagged) => isDecidedHere(report, flagged))) return [];
  return ['', `Approve with a new comment on the pull request whose first line is the command. ${after}`];
}

function remedy(flagged: Flagged, blocked: string | null): string {
  if (flagged.outcome === 'granted') return 'nothing: it ran as approved';
  if (flagged.outcome === 'unapproved') return 'look at it: it ran, and nobody approved it';
  if (isRecorded(flagged.outcome)) return 'nothing: it ran, the policy only records';
  if (flagged.outcome === 'denied') {
    return flagged.deniedBy === null ? 'the policy denies it' : `denied by ${prose(flagged.deniedBy)}`;
  }
  const why = flagged.unbindable ?? blocked;
  if (why !== null) return `cannot be approved: ${prose(why, 200)}`;
  return `comment \`/approve ${flagged.id}\` on the pull request`;
}

function stepTable(steps: readonly StepResult[]): string | null {
  if (steps.length === 0) return null;
  const rows = steps.slice(0, maximumRows).map((step) => {
    const time = step.startedAt === null ? '' : duration(step.durationMs);
    const passed = step.passedInAttempt === null ? null : `passed in attempt ${step.passedInAttempt}`;
    // a step that is skipped because it passed says so in its reason already
    const note = step.reason === null ? (passed ?? '') : prose(step.reason, 200);
    return `| ${cell(step.id)} | ${step.status} | ${time} | ${step.allowed} | ${step.held} | ${step.denied} | ${note} |`;
  });
  return [
    '**Steps**',
    '',
    '| Step | Result | Time | Allowed | Held | Denied | Note |',
    '| --- | --- | ---: | ---: | ---: | ---: | --- |',
    ...rows,
    ...leftOut(steps.length),
  ].join('\n');
}

function targetTable(targets: readonly TargetResult[]): string | null {
  if (targets.length === 0) return null;
  const rows = targets.slice(0, maximumRows).map((target) => {
    const kind = `${target.kind}${target.disposable ? ', disposable' : ''}${target.declared ? '' : ', not declared'}`;
    const latency =
      target.latency === null
        ? '| | |'
        : `| ${ms(target.latency.p50)} | ${ms(target.latency.p90)} | ${ms(target.latency.p99)} |`;
    return `| ${cell(target.name)} | ${kind} | ${target.calls} | ${target.errors} ${latency}`;
  });
  return [
    '**Targets**',
    '',
    '| Target | Kind | Calls | Errors | p50 | p90 | p99 |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: |',
    ...rows,
    ...leftOut(targets.length),
  ].join('\n');
}

function repeatedList(repeated: readonly Counted[]): string | null {
  if (repeated.length === 0) return null;
  const rows = repeated
    .slice(0, maximumRows)
    .map((entry) => `- ${entry.count}× on ${code(entry.target)}: ${code(entry.shape)}`);
  return [
    '**Will be repeated**',
    '',
    'These writes ran on targets that live on. A further attempt does those of the steps that run again a second time.',
    '',
    ...rows,
    ...leftOut(repeated.length),
  ].join('\n');
}

/** Each held or denied runtime action in full, folded. Tags hold ids alone: Markdown is not read in them. */
function details(report: Report): string | null {
  const shown = byGravity(report.flagged).filter(({ outcome }) => outcome !== 'granted');
  if (shown.length === 0) return null;
  const blocks = shown.slice(0, maximumDetails).map((flagged) => {
    const view = viewOfFlagged(flagged);
    const remember = flagged.outcome === 'held' ? rememberBriefly(view.remember ?? []) : [];
    const decide = isDecidedHere(report, flagged) ? howToDecide(view) : [];
    const body = [formBlock(flagged.form, 4000), '', ...holdFacts(view), ...decide, ...remember].join('\n');
    return `<details><summary>${flagged.id} ${flagged.outcome}</summary>\n\n${body}\n\n</details>`;
  });
  return ['**In full**', ...blocks, ...leftOut(shown.length, maximumDetails)].join('\n\n');
}

/** With the App its own surfaces say how. */
function isDecidedHere(report: Report, { outcome, unbindable }: Flagged): boolean {
  return outcome === 'held' && unbindable === null && afterApproval(report) !== null;
}

function leftOut(count: number, shown = maximumRows): string[] {
  return count > shown ? ['', `${count - shown} more are in the report, not here.`] : [];
}

function cell(text: string): string {
  return tableCode(cut(oneLine(text), 200, { as: 'line' }));
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
