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
  | { readonly press: 'deny'; readonly id: string }
  /** `setbacks`: what the hold's were when the button was shown. */
  | { readonly press: 'approve' | 'varying'; readonly id: string; readonly setbacks: number }
  | { readonly press: 'approve-all' | 'rerun'; readonly set: string };

const maxIdentifier = 20;

export function holdButtons(hold: HoldState): readonly Button[] {
  if (hold.id === null || hold.blocked !== null) return [];
  const whole = shownWhole(hold.action.form);
  // a click that was made before a deny or revoke, and comes after it, must not pass for a new approval
  const shown = hold.setbacks === 0 ? hold.id : `${hold.id}.${hold.setbacks}`;
  const buttons: Button[] = [
    ...(whole ? [button('Approve', 'Let exactly this runtime action run', `approve:${shown}`)] : []),
    button('Deny', 'Refuse it until somebody revokes that', `deny:${hold.id}`),
    ...(whole && hold.varying.length > 0
      ? [button('Approve varying', 'Also with other generated values', `varying:${shown}`)]
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
  const found = /^(approve|deny|varying|approve-all|rerun):([0-9a-hjkmnp-tv-z]{8,12})(?:\.([1-9]\d*))?$/.exec(
    identifier,
  );
  const [, press, rest, setbacks] = found ?? [];
  const counted = press === 'approve' || press === 'varying';
  if (rest === undefined || (setbacks !== undefined && !counted)) return null;
  switch (press) {
    case 'approve':
    case 'varying':
      return { press, id: rest, setbacks: Number(setbacks ?? 0) };
    case 'deny':
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
