import type { Found } from '../approval/grant.ts';
import { oneLine } from '../report/escape.ts';

export function none(problem: string | null): Found {
  return { kind: 'none', problem };
}

/** What came of waiting, for the log. */
export function outcomeOf(found: Found): string {
  if (found.kind === 'granted') return `approved by ${oneLine(found.grant.by.join(', '))}; it runs now.`;
  if (found.kind === 'denied') return `denied by ${oneLine(found.by)}.`;
  return `${found.problem === null ? 'no decision in time' : oneLine(found.problem).slice(0, 500)}; it goes on as held.`;
}
