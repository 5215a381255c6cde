import { cut } from './cut.ts';
import { tableCode } from './escape.ts';
import { formLine } from './form-text.ts';
import {
  code,
  formBlock,
  holdFacts,
  howToDecide,
  isShownWhole,
  maximumResemblance,
  prose,
  times,
} from './hold-markdown.ts';
import { type HoldView, isOpen } from './views.ts';

/** GitHub takes 65,536 characters. */
const maximumComment = 65_536;
/** Bytes of one action's text, characters of all sections that are shown whole. */
const maximumForm = 4_000;
const maximumSections = 52_000;
const maximumLines = 50;

export interface CommentView {
  /** In the order in which they appeared. */
  readonly holds: readonly HoldView[];
  /** Names what `commentPlan` calls whole, for `/approve all`; null when that is empty. */
  readonly setId: string | null;
  /** Whether check runs with buttons stand beside the comment. */
  readonly buttons: boolean;
  /** What hinders the gate besides the holds: sentences. */
  readonly problems: readonly string[];
  readonly notices: readonly string[];
}

/** Which undecided actions the comment shows whole: only these may be approved by `all`. */
export interface CommentPlan {
  readonly whole: readonly HoldView[];
  /** Too long, or too many: a line each. */
  readonly listed: readonly HoldView[];
  /** Nobody can approve these. */
  readonly blocked: readonly HoldView[];
  readonly decided: readonly HoldView[];
}

export function commentPlan(holds: readonly HoldView[]): CommentPlan {
  const open = holds.filter(isOpen);
  const whole: HoldView[] = [];
  const listed: HoldView[] = [];
  let used = 0;
  for (const hold of open.filter(({ blocked }) => blocked === null)) {
    const length = isShownWhole(hold.form, maximumForm) ? sectionCost(hold) : Number.POSITIVE_INFINITY;
    if (used + length > maximumSections) listed.push(hold);
    else {
      used += length;
      whole.push(hold);
    }
  }
  return {
    whole,
    listed,
    blocked: open.filter(({ blocked }) => blocked !== null),
    decided: holds.filter((hold) => !isOpen(hold)),
  };
}

/**
 * Room that a section may take at most. It does not depend on `resembles` nor on the id's length: whoever plans
 * before those are known must come to the same set as the comment, or `all` would cover what it does not show.
 */
function sectionCost(hold: HoldView): number {
  return holdSection({ ...hold, id: '', resembles: null }).length + 3 * maximumResemblance + 4 * 52 + 20;
}

/** The one comment that the App keeps up to date on a pull request. */
export function stickyComment(view: CommentView): string {
  const plan = commentPlan(view.holds);
  const sections = [
    `### ${commentHeadline(plan)}`,
    ...introduction(plan, view.buttons),
    ...plan.whole.map(holdSection),
    ...approveAll(view, plan),
    ...lines('Not shown whole here; decide them one by one after reading them in full', plan.listed),
    ...lines('Cannot be approved', plan.blocked),
    ...list('Status', view.problems),
    ...decidedTable(plan.decided),
    ...list('Notices', view.notices),
    'A command is the whole first line of a new comment. `/jit help` lists all of them.',
  ];
  return cut(`${sections.join('\n\n')}\n`, maximumComment, { as: 'markdown' });
}

function commentHeadline({ whole, listed, blocked, decided }: CommentPlan): string {
  const open = whole.length + listed.length;
  if (open > 0) return `${open} runtime ${open === 1 ? 'action waits' : 'actions wait'} for approval`;
  if (blocked.length > 0) {
    return `${blocked.length} runtime ${blocked.length === 1 ? 'action' : 'actions'} cannot be approved`;
  }
  const denied = decided.filter(({ status }) => status === 'denied').length;
  if (denied > 0) return `${denied} runtime ${denied === 1 ? 'action is' : 'actions are'} denied`;
  return decided.length > 0 ? 'Every runtime action is decided' : 'Nothing waits for approval';
}

function introduction({ whole, listed }: CommentPlan, buttons: boolean): string[] {
  const open = whole.length + listed.length;
  if (open === 0) return [];
  const how = buttons
    ? 'Use the buttons in the checks below, or the commands here.'
    : 'Use the commands here.';
  const it = open === 1 ? 'It has not run. Approving it' : 'They have not run. Approving one';
  return [`${it} releases exactly what is shown, nothing else; then only the held steps run again. ${how}`];
}

function holdSection(view: HoldView): string {
  const count = view.count === 1 ? '' : `, ${times(view.count)}`;
  const plain = view.status === 'held' && view.live !== true;
  const again = plain || view.sentence === null ? [] : [prose(view.sentence), ''];
  return [
    `#### \`${view.id}\` on ${code(view.target, 100)}${count}`,
    '',
    ...again,
    formBlock(view.form, maximumForm),
    '',
    ...holdFacts(view),
    ...howToDecide(view),
  ].join('\n');
}

function approveAll(view: CommentView, { whole }: CommentPlan): string[] {
  if (view.setId === null || whole.length < 2) return [];
  const fresh = whole.some(({ varying }) => varying.length > 0);
  const but = fresh ? ' (what the re-run generates anew is held again)' : '';
  return [`Approve all ${whole.length} shown above: \`/approve all ${view.setId}\`${but}`];
}

function lines(title: string, holds: readonly HoldView[]): string[] {
  if (holds.length === 0) return [];
  const shown = holds.slice(0, maximumLines).map((hold) => {
    const why = hold.blocked === null ? '' : `: ${prose(hold.blocked, 200)}`;
    return `- \`${hold.id}\` on ${code(hold.target, 100)}: ${code(formLine(hold.form, 120))}${why}`;
  });
  return [[`**${title}**`, '', ...shown, ...more(holds.length)].join('\n')];
}

function list(title: string, sentences: readonly string[]): string[] {
  if (sentences.length === 0) return [];
  const shown = sentences.slice(0, maximumLines).map((sentence) => `- ${prose(sentence)}`);
  return [[`**${title}**`, '', ...shown, ...more(sentences.length)].join('\n')];
}

/** Folded: what is settled must not stand between the reader and what is not. */
function decidedTable(decided: readonly HoldView[]): string[] {
  if (decided.length === 0) return [];
  const rows = decided.slice(0, maximumLines).map((hold) => {
    const what = tableCode(formLine(hold.form, 100));
    const sentence = hold.sentence === null ? '' : `: ${prose(hold.sentence, 200)}`;
    return `| \`${hold.id}\` | ${what} | ${hold.status}${sentence} |`;
  });
  return [
    [
      `<details><summary>${decided.length} decided</summary>`,
      '',
      '| Action | What | Decision |',
      '| --- | --- | --- |',
      ...rows,
      ...more(decided.length),
      '',
      '</details>',
    ].join('\n'),
  ];
}

function more(count: number): string[] {
  return count > maximumLines ? ['', `… and ${count - maximumLines} more.`] : [];
}
