import { isShownWhole, maximumResemblance } from './hold-markdown.ts';
import { holdSection, maximumForm } from './hold-section.ts';
import { type HoldView, isOpen } from './views.ts';

/** Characters of all sections that are shown whole. */
const maximumSections = 50_000;

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
 * Room that a section may take at most, its id in the list of ids too. It does not depend on `resembles` nor on
 * the id's length: whoever plans before those are known must come to the same set as the comment, or `all`
 * would cover what it does not show.
 */
function sectionCost(hold: HoldView): number {
  return holdSection({ ...hold, id: '', resembles: null }).length + 3 * maximumResemblance + 5 * 52 + 24;
}
