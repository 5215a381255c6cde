import { recordingHeadline, unapprovedHeadline } from './recording-text.ts';
import type { Flagged, Report } from './schema.ts';
import { notApprovable } from './sentences.ts';

/** One line: how the run ended and what is to do. */
export function headline(report: Report): string {
  const count = (outcome: Flagged['outcome']) =>
    report.flagged.filter((flagged) => flagged.outcome === outcome).length;
  const held: readonly [string, string] =
    notApprovable(report) === null
      ? ['waits for approval', 'wait for approval']
      : ['is held, and nobody can be asked here', 'are held, and nobody can be asked here'];
  const words = [
    ...amount(count('held'), ...held),
    ...amount(count('denied'), 'is denied', 'are denied'),
  ].join(', ');
  switch (report.result) {
    case 'passed':
      return unapprovedHeadline(report) ?? recordingHeadline(report) ?? 'All steps passed, nothing is held';
    case 'failed':
      return `The suite failed (exit code ${report.exitCode})${words === '' ? '' : `; ${words}`}`;
    case 'held':
      return words || 'Steps are held';
    case 'denied':
      return words || 'Steps are denied';
  }
}

function amount(count: number, one: string, many: string): string[] {
  return count === 0 ? [] : [`${count} runtime ${count === 1 ? `action ${one}` : `actions ${many}`}`];
}

/** `850 ms`, `12.3 s`, `4 min 05 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
