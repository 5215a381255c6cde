import type { Report, StepResult } from './schema.ts';

/** Bars and milestones beyond these make a diagram that nobody reads. */
const maximumSteps = 40;
const maximumMilestones = 40;

const tags: Readonly<Record<StepResult['status'], string>> = {
  passed: 'done, ',
  failed: 'crit, ',
  held: 'active, ',
  denied: 'crit, ',
  skipped: '',
};

/**
 * Mermaid's timeline of a run: a bar per step, a milestone per flagged runtime action at its first meeting. It
 * holds ids alone, since Mermaid has no quoting to trust. Null when no step ran.
 */
export function timeline(report: Report): string | null {
  const zero = Date.parse(report.startedAt);
  const at = (instant: string) => Math.min(Math.max(0, Date.parse(instant) - zero), report.durationMs);
  const bars = report.steps.slice(0, maximumSteps).flatMap((step, index) => {
    if (step.startedAt === null) return [];
    const start = at(step.startedAt);
    return [
      `  step ${safeId(step.id)} :${tags[step.status]}s${index}, ${start}, ${Math.max(1, step.durationMs)}ms`,
    ];
  });
  if (bars.length === 0) return null;
  const milestones = report.flagged
    .filter(({ outcome }) => outcome === 'held' || outcome === 'denied')
    .slice(0, maximumMilestones)
    .map(({ id, outcome, firstAt }, index) => {
      const tag = outcome === 'denied' ? 'crit, ' : '';
      return `  ${outcome} ${id} :${tag}milestone, a${index}, ${at(firstAt)}, 0ms`;
    });
  return [
    '```mermaid',
    'gantt',
    '  dateFormat x',
    '  axisFormat %M:%S',
    '  section Steps',
    ...bars,
    ...(milestones.length > 0 ? ['  section Flagged', ...milestones] : []),
    '```',
  ].join('\n');
}

function safeId(id: string): string {
  return id.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 40);
}
