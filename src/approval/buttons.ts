import { offeredSet, rerunSet, shownWhole, type WholeOf } from './offered.ts';
import { rerunsDue } from './retrigger.ts';
import type { HoldState, PullState } from './state.ts';

/** A check run's button. GitHub: label 20, description 40, identifier 20 characters; three per check run. */
export interface Button {
  readonly label: string;
  readonly description: string;
  readonly identifier: string;
}

export type Press =
  | { readonly press: 'approve' | 'deny' | 'varying'; readonly id: string }
  | { readonly press: 'approve-all' | 'rerun'; readonly set: string };

const maxIdentifier = 20;

export function holdButtons(hold: HoldState): readonly Button[] {
  if (hold.id === null || hold.blocked !== null) return [];
  const whole = shownWhole(hold.action.form);
  const buttons: Button[] = [
    ...(whole ? [button('Approve', 'Let exactly this runtime action run', `approve:${hold.id}`)] : []),
    button('Deny', 'Refuse it until somebody revokes that', `deny:${hold.id}`),
    ...(whole && hold.varying.length > 0
      ? [button('Approve varying', 'Also with other generated values', `varying:${hold.id}`)]
      : []),
  ];
  return buttons.filter(({ identifier }) => identifier.length <= maxIdentifier);
}

export function gateButtons(state: PullState, wholeOf?: WholeOf): readonly Button[] {
  const set = offeredSet(state, wholeOf);
  const count = set.holds.length === 1 ? 'the one action' : `the ${set.holds.length} actions`;
  return [
    ...(set.id === null
      ? []
      : [button('Approve all', `Approve ${count} shown whole`, `approve-all:${set.id}`)]),
    ...(rerunsDue(state, true).length === 0
      ? []
      : [button('Re-run held', 'Run the held steps again', `rerun:${rerunSet(state, wholeOf)}`)]),
  ];
}

/** What an identifier asks for; null for none of ours. */
export function readButton(identifier: string): Press | null {
  const found = /^(approve|deny|varying|approve-all|rerun):([0-9a-hjkmnp-tv-z]{8,12})$/.exec(identifier);
  const [, press, rest] = found ?? [];
  if (rest === undefined) return null;
  switch (press) {
    case 'approve':
    case 'deny':
    case 'varying':
      return { press, id: rest };
    case 'approve-all':
    case 'rerun':
      return { press, set: rest };
    default:
      return null;
  }
}

function button(label: string, description: string, identifier: string): Button {
  return { label, description, identifier };
}
