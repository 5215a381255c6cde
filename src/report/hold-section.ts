import {
  code,
  commands,
  commonFacts,
  formBlock,
  howToDecide,
  ownFacts,
  prose,
  times,
  whereFact,
} from './hold-markdown.ts';
import { rememberBriefly } from './remember-text.ts';
import type { HoldView } from './views.ts';

/** Bytes of one action's text. */
export const maximumForm = 4_000;

/** Undecided actions, those that are held for one reason together: that is said once. */
export function holdSections(holds: readonly HoldView[]): string[] {
  const groups = new Map<string, HoldView[]>();
  for (const hold of holds) {
    const key = JSON.stringify([hold.target, groupFacts(hold), again(hold)]);
    groups.set(key, [...(groups.get(key) ?? []), hold]);
  }
  return [...groups.values()].map((group) => {
    const [first, ...more] = group;
    if (first === undefined) return '';
    return more.length === 0 ? holdSection(first) : groupSection(first, group);
  });
}

/** One action with everything that is to be known of it. */
export function holdSection(view: HoldView): string {
  const on = view.isWorkflowChange === true ? 'changes what runs' : `on ${code(view.target, 100)}`;
  return [
    `#### \`${view.id}\` ${on}${view.count === 1 ? '' : `, ${times(view.count)}`}`,
    '',
    ...again(view),
    formBlock(view.form, maximumForm),
    '',
    ...commonFacts(view),
    ...ownFacts(view),
    ...howToDecide(view),
    ...whereFact(view),
    ...rememberBriefly(view.remember ?? []),
  ].join('\n');
}

function groupSection(first: HoldView, group: readonly HoldView[]): string {
  const place = whereFact(first);
  const isOne = group.every((view) => whereFact(view).join() === place.join());
  return [
    `#### ${group.length} actions on ${code(first.target, 100)}`,
    '',
    ...again(first),
    ...groupFacts(first),
    ...(isOne ? place : []),
    ...group.flatMap((view) => member(view, isOne)),
  ].join('\n');
}

function member(view: HoldView, isPlaceKnown: boolean): string[] {
  const isPlain = view.varying.length === 0;
  return [
    '',
    `**\`${view.id}\`**${view.count === 1 ? '' : `, ${times(view.count)}`}${isPlain ? `: ${commands(view)}` : ''}`,
    '',
    formBlock(view.form, maximumForm),
    '',
    ...ownFacts(view),
    ...(isPlain ? [] : howToDecide(view)),
    ...(isPlaceKnown ? [] : whereFact(view)),
  ];
}

function groupFacts(view: HoldView): string[] {
  return [...commonFacts(view), ...rememberBriefly(view.remember ?? [])];
}

/** What happened to it before it came to wait. */
function again({ sentence }: HoldView): string[] {
  return sentence === null ? [] : [prose(sentence), ''];
}
