import type { RecordedFact } from '../approval/facts.ts';
import { type BaseDifference, baseDifference, type Shapes } from '../approval/shapes.ts';
import type { PullState } from '../approval/state.ts';
import { GitHubError } from '../github/client.ts';
import type { AppGitHub, Artifact } from '../github/port.ts';
import { shapesOf } from '../report/shapes.ts';
import { downloadReport } from './reports.ts';
import type { BaseRun } from './surroundings.ts';

/** Reports of the base branch are read once; the oldest are forgotten first. */
const maximumKept = 500;

/** What the base branch's reports show, by artifact: they never change. */
export type BaseReports = Map<string, Shapes | null>;

/**
 * How the head's reports differ from those of the base branch's last runs, job by job; null where there is
 * nothing to compare. For people: it decides nothing, so a report that cannot be read is left out.
 */
export async function baseComparison(
  source: {
    readonly kept: BaseReports;
    readonly github: Pick<AppGitHub, 'downloadArtifact'>;
    readonly repository: string;
    readonly baseRuns: readonly BaseRun[];
  },
  facts: readonly RecordedFact[],
  state: PullState,
): Promise<BaseDifference | null> {
  const head: Shapes[] = [];
  const before: Shapes[] = [];
  let complete = true;
  for (const { workflow, artifacts } of source.baseRuns) {
    for (const job of new Set(artifacts.map((one) => one.job))) {
      const here = state.jobs.find((other) => other.workflow === workflow && other.job === job);
      const ours = here === undefined ? [] : shapesOfJob(facts, here.runId, job);
      complete &&= here?.result === 'passed';
      if (ours.length === 0) continue;
      const theirs = await Promise.all(
        artifacts.filter((one) => one.job === job).map(({ artifact }) => shapesOfArtifact(source, artifact)),
      );
      const read = theirs.flatMap((shapes) => shapes ?? []);
      if (read.length === 0) continue;
      head.push(...ours);
      before.push(...read);
    }
  }
  return head.length === 0 ? null : baseDifference(state.base, head, before, complete);
}

/** Over all attempts: a re-run leaves out the steps that passed. */
function shapesOfJob(facts: readonly RecordedFact[], runId: number, job: string): readonly Shapes[] {
  return facts.flatMap((fact) =>
    fact.type === 'report' && fact.runId === runId && fact.job === job ? (fact.shapes ?? []) : [],
  );
}

async function shapesOfArtifact(
  { kept, github, repository }: Parameters<typeof baseComparison>[0],
  artifact: Artifact,
): Promise<Shapes | null> {
  const key = `${repository}/${artifact.id}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  try {
    const report = await downloadReport(github, repository, artifact);
    const shapes = typeof report === 'string' ? null : shapesOf(report);
    kept.set(key, shapes);
    for (const oldest of kept.keys()) if (kept.size > maximumKept) kept.delete(oldest);
    return shapes;
  } catch (thrown) {
    if (thrown instanceof GitHubError) return null;
    throw thrown;
  }
}
