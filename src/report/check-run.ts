import { maxOffered } from '../approval/offered.ts';
import type { BaseDifference } from '../approval/shapes.ts';
import type { HoldStatus } from '../approval/state.ts';
import { JitError } from '../errors.ts';
import { cut } from './cut.ts';
import { differenceLine } from './difference-text.ts';
import { plain, tableCode } from './escape.ts';
import { formLine } from './form-text.ts';
import { headline } from './headline.ts';
import { code, formBlock, holdFacts, howToDecide, isShownWhole, prose, wholeLine } from './hold-markdown.ts';
import { rememberMarkdown } from './remember-text.ts';
import type { Report } from './schema.ts';
import { jobSummary } from './summary.ts';
import { type HoldView, isOpen } from './views.ts';

/** `output` of a check run, within GitHub's limits. */
export interface CheckOutput {
  readonly title: string;
  readonly summary: string;
  readonly text: string;
}

/** GitHub: 65,535 "characters" for summary and text; counted here in bytes, which holds for every reading. */
const maximumOutput = 65_535;
/** GitHub names no limit for titles; a longer one does not fit a line of the list of checks. */
const maximumTitle = 120;
/** Bytes of an action's text that a check run shows; beyond them it cannot be approved by button. */
export const checkRunFormLimit = 20_000;

/** The report's own check run, where no App is. `wholeAt`: see jobSummary. */
export function reportOutput(report: Report, wholeAt: string | null = null): CheckOutput {
  return output(headline(report), jobSummary(report, maximumOutput, wholeAt), '');
}

/**
 * A held runtime action, with everything that an approver needs. `buttons`: whether the check run has them; `open`:
 * whether the pull request is.
 */
export function holdOutput(view: HoldView, buttons: boolean, open = true): CheckOutput {
  const whole = isShownWhole(view.form, checkRunFormLimit);
  const decide =
    !isOpen(view) || view.blocked !== null
      ? []
      : [
          '',
          buttons && whole
            ? '**Decide** with the buttons of this check, or with a new comment on the pull request:'
            : '**Decide** with a new comment on the pull request whose first line is:',
          '',
          ...howToDecide(view),
          ...(whole ? [] : ['', 'It is too long to be shown whole here, so no button can approve it.']),
        ];
  const summary = [`**${statusText(view)}**${because(view)}`];
  summary.push('', formBlock(view.form, checkRunFormLimit), ...wholeLine(view, checkRunFormLimit));
  summary.push('', ...holdFacts(view), ...decide);
  // what the policy denies nobody can lift
  if (open && view.status === 'denied' && view.blocked === null)
    summary.push(
      '',
      `**To take the denial back**, a new comment on the pull request: \`/revoke ${view.id}\``,
    );
  if (isOpen(view)) summary.push(...rememberMarkdown(view.remember ?? []));
  return output(holdTitle(view), summary.join('\n'), '');
}

function holdTitle(view: HoldView): string {
  const what = view.isWorkflowChange === true ? 'the change of the workflow' : formLine(view.form, 100);
  const progress = isOpen(view) && view.progress ? ` (${view.progress})` : '';
  return `${statusTitle[view.status]}${progress}: ${what}`;
}

function because({ status, sentence }: HoldView): string {
  if (sentence !== null) return ` ${prose(sentence)}`;
  return status === 'superseded' ? ' The latest run does not report it any more.' : '';
}

/** A change of the workflow is nothing that runs or does not run. */
function statusText({ status, isWorkflowChange }: HoldView): string {
  return isWorkflowChange === true && status === 'held'
    ? 'Whoever changes the workflow decides what runs and what is reported: look at these files first. Approving runs nothing.'
    : statusWords[status];
}

const statusTitle: Readonly<Record<HoldStatus, string>> = {
  held: 'Waits for approval',
  approved: 'Approved',
  denied: 'Denied',
  expired: 'Approval expired',
  revoked: 'Approval revoked',
  superseded: 'No longer waits',
};

const statusWords: Readonly<Record<HoldStatus, string>> = {
  held: 'It did not run; it waits for approval.',
  approved: 'It is approved.',
  denied: 'It did not run; it is denied.',
  expired: 'Its approval has expired; it waits again.',
  revoked: 'Its approval was revoked.',
  superseded: 'It no longer waits, and blocks nothing.',
};

/** The gate as people read it. The App computes it; nothing is decided here. */
export interface GateView {
  readonly base: string;
  readonly state: 'success' | 'failure' | 'in_progress' | 'neutral';
  /** Why it is so, beside the holds; the first one is the title and not said again. */
  readonly sentences: readonly string[];
  readonly holds: readonly GateLine[];
  /** Names the undecided actions that are shown whole; null when there are none. */
  readonly setId: string | null;
  /** What the head does that the base branch does not; null or absent where nothing is to be said. */
  readonly difference?: BaseDifference | null;
  /** JSON of the grants for the runner: the check run's text as it is. Null for none. */
  readonly grants: string | null;
}

export interface GateLine {
  readonly id: string;
  readonly target: string;
  /** `formLine` of it. */
  readonly line: string;
  readonly status: HoldStatus;
  /** Who has decided or may decide, and how many are needed, in one sentence. */
  readonly who: string | null;
}

const gateTitles: Readonly<Record<GateView['state'], string>> = {
  success: 'Nothing waits for approval',
  failure: 'The gate is closed',
  in_progress: 'Waiting for reports',
  neutral: 'Nothing was reported',
};

export function gateOutput(view: GateView): CheckOutput {
  const grants = view.grants ?? '';
  if (Buffer.byteLength(grants) > maximumOutput) {
    throw new JitError(
      'GRANTS_TOO_LONG',
      `The grants take ${Buffer.byteLength(grants)} bytes, a check run's text takes ${maximumOutput}; continue them in a further check run.`,
    );
  }
  const lines = [`${nextStep(view)}Gate for ${code(view.base)}.`];
  const [, ...more] = view.sentences;
  if (more.length > 0) lines.push('', ...more.slice(0, 50).map((sentence) => `- ${prose(sentence)}`));
  if (more.length > 50) lines.push(`- … and ${more.length - 50} more`);
  if (view.holds.length > 0) lines.push('', ...gateTable(view.holds));
  if (view.setId !== null) {
    lines.push('', `All at once: **Approve all**, or a new comment \`/approve all ${view.setId}\``);
  }
  if (view.difference) lines.push('', differenceLine(view.difference));
  const title = view.sentences[0] ?? gateTitles[view.state];
  return { ...output(title, lines.join('\n'), ''), text: grants };
}

/** What the reader can do about it, where it is about actions. */
function nextStep({ state, holds, setId }: GateView): string {
  const waiting = holds.filter(({ status }) => order.indexOf(status) < order.indexOf('denied')).length;
  if (waiting > 0 && setId !== null) {
    return waiting === 1
      ? '**Decide it** in its own check, which has buttons, or by a comment on the pull request. '
      : `**Decide each** ${waiting > maxOffered ? `in its own check, which has buttons; from the ${maxOffered + 1}th on by comment` : 'in its own check, which has buttons, or by a comment on the pull request'}. `;
  }
  if (state === 'in_progress') return '**Nothing to do yet.** ';
  return state === 'failure' ? '' : '**Nothing to do.** ';
}

/** Undecided ones first: they are what the reader came for. */
const order: readonly HoldStatus[] = ['held', 'expired', 'revoked', 'denied', 'approved', 'superseded'];

function gateTable(holds: readonly GateLine[]): string[] {
  const sorted = [...holds].sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  const rows = sorted.slice(0, 100).map((hold) => {
    const what = tableCode(cut(hold.line, 100, { as: 'line' }));
    return `| ${tableCode(hold.id)} | ${prose(hold.who ?? hold.status, 200)} | ${what} on ${tableCode(hold.target)} |`;
  });
  return [
    '| Action | State | What |',
    '| --- | --- | --- |',
    ...rows,
    ...(sorted.length > 100 ? ['', `${sorted.length - 100} more are not listed.`] : []),
  ];
}

function output(title: string, summary: string, text: string): CheckOutput {
  return {
    title: cut(plain(title), maximumTitle, { as: 'line' }),
    summary: cut(summary, maximumOutput, { as: 'markdown', unit: 'bytes' }),
    text: cut(text, maximumOutput, { as: 'markdown', unit: 'bytes' }),
  };
}
