import type { GrantSet } from '../../../src/approval/grant.ts';
import { readGrantText } from '../../../src/github/grant-text.ts';

/** The grants in the text of a check run; fails where a runner could not read them. */
export function loadGrantText(text: string): GrantSet {
  const set = readGrantText(text);
  if (set === null || 'problem' in set) throw new Error(`no grants that a runner can read: ${text}`);
  return set;
}
