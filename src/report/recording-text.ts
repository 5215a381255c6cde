import type { Flagged, Report } from './schema.ts';

/** What is said of a runtime action that ran although nobody approved it; null of any other. */
export function recordedSentence(outcome: Flagged['outcome']): string | null {
  if (outcome === 'unapproved') return unapprovedSentence;
  if (!isRecorded(outcome)) return null;
  return `It ran: the policy only records. Enforced, it would be ${outcome === 'would-deny' ? 'denied' : 'held'}.`;
}

const unapprovedSentence =
  'It ran and nobody approved it: this run has no pull request, and the policy says "without-pull-request: allow".';

/** `3 runtime actions ran that nobody approved …`; null where none did. */
export function unapprovedHeadline({ flagged }: Pick<Report, 'flagged'>): string | null {
  const count = flagged.filter(({ outcome }) => outcome === 'unapproved').length;
  if (count === 0) return null;
  return `${count} runtime ${count === 1 ? 'action' : 'actions'} ran that nobody approved ("without-pull-request: allow")`;
}

export function isRecorded(outcome: Flagged['outcome']): outcome is 'would-hold' | 'would-deny' {
  return outcome === 'would-hold' || outcome === 'would-deny';
}

/** `Recording: 3 runtime actions would be held, 1 would be denied`; null where nothing was recorded so. */
export function recordingHeadline({ flagged }: Pick<Report, 'flagged'>): string | null {
  const [held, denied] = (['would-hold', 'would-deny'] as const).map(
    (outcome) => flagged.filter((entry) => entry.outcome === outcome).length,
  );
  if (!held && !denied) return null;
  const words = [
    ...(held ? [`${held} would be held`] : []),
    ...(denied ? [`${denied} would be denied`] : []),
  ];
  return `Recording, nothing is held; of the runtime actions that ran ${words.join(' and ')}`;
}
