import type { BaseDifference } from '../approval/shapes.ts';
import { type CommentPlan, commentPlan } from './comment-plan.ts';
import { commentHeadline, type GateWords, introduction } from './comment-words.ts';
import { cut } from './cut.ts';
import { differenceSection } from './difference-text.ts';
import { formLine } from './form-text.ts';
import { code, isShownWhole, prose } from './hold-markdown.ts';
import { holdSections, maximumForm } from './hold-section.ts';
import type { HoldView } from './views.ts';

/** GitHub takes 65,536 characters. */
export const maximumComment = 65_536;
const maximumLines = 50;

export interface CommentView {
  /** In the order in which they appeared. */
  readonly holds: readonly HoldView[];
  /** Names what `commentPlan` calls whole, for `/approve all`; null when that is empty. */
  readonly setId: string | null;
  /** Whether check runs with buttons stand beside the comment. */
  readonly buttons: boolean;
  readonly gate: GateWords;
  /** The pull request is closed: nobody can decide anything. */
  readonly closed?: boolean;
  /** What hinders the gate besides the holds: sentences. */
  readonly problems: readonly string[];
  readonly notices: readonly string[];
  /** What the head does that the base branch does not; null or absent where nothing is to be said. */
  readonly difference?: BaseDifference | null;
  /** Ids of actions that the latest run did not meet any more. */
  readonly gone?: readonly string[];
}

/** The comment that the App keeps up to date on a pull request: what is to be done first, why after it. */
export function stickyComment(view: CommentView): string {
  const plan = commentPlan(view.holds);
  if (view.closed === true) return closedComment(view, plan);
  const denied = plan.decided.filter(({ status }) => status === 'denied');
  const sections = [
    `### ${commentHeadline(plan, view.gate)}`,
    ...introduction(plan, view),
    ...holdSections(plan.whole),
    ...lines('Not shown whole here; decide them one by one after reading them in full', plan.listed),
    ...lines('Cannot be approved', plan.blocked),
    ...glassList(plan.decided.filter((hold) => hold.isGlassBroken === true)),
    ...deniedList(denied),
    ...list('Status', view.problems),
    ...differenceSection(view.difference ?? null),
    ...approvedList(plan),
    ...list('Good to know', view.notices),
    ...goneLine('Not met any more on this head, so they block nothing', view.gone ?? []),
    ...(plan.whole.length + plan.listed.length + denied.length > 0
      ? ['A command is the whole first line of a new comment; `/jit help` lists all of them.']
      : []),
  ];
  return cut(`${sections.join('\n\n')}\n`, maximumComment, { as: 'markdown' });
}

/** No command, as none would count. */
function closedComment(view: CommentView, plan: CommentPlan): string {
  const sections = [
    '### The pull request is closed: nothing to do',
    ...lines('Not decided when it was closed', [...plan.whole, ...plan.listed, ...plan.blocked]),
    ...approvedList({ ...plan, whole: [], listed: [] }),
    ...goneLine('Left undecided, or not met any more before that', view.gone ?? []),
  ];
  return cut(`${sections.join('\n\n')}\n`, maximumComment, { as: 'markdown' });
}

function lines(title: string, holds: readonly HoldView[]): string[] {
  if (holds.length === 0) return [];
  const shown = holds.slice(0, maximumLines).map((hold) => {
    const why = hold.blocked === null ? '' : `: ${prose(hold.blocked, 200)}`;
    const whole =
      hold.wholeAt && !isShownWhole(hold.form, maximumForm) ? ` ([all of it](${hold.wholeAt}))` : '';
    return `- \`${hold.id}\` on ${code(hold.target, 100)}: ${code(formLine(hold.form, 120))}${why}${whole}`;
  });
  return [[`**${title}**`, '', ...shown, ...more(holds.length)].join('\n')];
}

/** Who denied what, when and why, and how that is taken back. */
function deniedList(denied: readonly HoldView[]): string[] {
  if (denied.length === 0) return [];
  const shown = denied.slice(0, maximumLines).map((hold) => {
    const back = hold.blocked === null ? ` To take it back: \`/revoke ${hold.id}\`` : '';
    return `- \`${hold.id}\` ${code(formLine(hold.form, 120))}: ${prose(hold.sentence ?? 'denied', 300)}${back}`;
  });
  return [['**Denied**', '', ...shown, ...more(denied.length)].join('\n')];
}

/** Never folded: somebody decided alone, and the others are to look at it afterwards. */
function glassList(broken: readonly HoldView[]): string[] {
  if (broken.length === 0) return [];
  const shown = broken.slice(0, maximumLines).map((hold) => {
    return `- \`${hold.id}\` ${code(formLine(hold.form, 120))}: ${prose(hold.sentence ?? 'approved', 400)}`;
  });
  return [
    ['**The glass was broken**; look at it afterwards', '', ...shown, ...more(broken.length)].join('\n'),
  ];
}

function list(title: string, sentences: readonly string[]): string[] {
  if (sentences.length === 0) return [];
  const shown = sentences.slice(0, maximumLines).map((sentence) => `- ${prose(sentence)}`);
  return [[`**${title}**`, '', ...shown, ...more(sentences.length)].join('\n')];
}

/** Folded while something waits: what is settled must not stand between the reader and what is not. */
function approvedList({ whole, listed, decided }: CommentPlan): string[] {
  const settled = decided.filter((hold) => hold.status !== 'denied' && hold.isGlassBroken !== true);
  if (settled.length === 0) return [];
  const shown = settled.slice(0, maximumLines).map((hold) => {
    return `- \`${hold.id}\` ${code(formLine(hold.form, 100))}: ${prose(hold.sentence ?? hold.status, 300)}`;
  });
  const rows = [...shown, ...more(settled.length)];
  if (whole.length + listed.length === 0) return [['**Approved**', '', ...rows].join('\n')];
  return [
    [`<details><summary>${settled.length} approved</summary>`, '', ...rows, '', '</details>'].join('\n'),
  ];
}

function goneLine(what: string, gone: readonly string[]): string[] {
  if (gone.length === 0) return [];
  const shown = gone.slice(0, 20).map((id) => `\`${id}\``);
  const rest = gone.length > shown.length ? ` and ${gone.length - shown.length} more` : '';
  return [`${what}: ${shown.join(', ')}${rest}`];
}

function more(count: number): string[] {
  return count > maximumLines ? ['', `… and ${count - maximumLines} more.`] : [];
}
