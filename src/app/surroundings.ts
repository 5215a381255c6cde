import type { ReportedAction } from '../approval/facts.ts';
import { workflowChange } from '../approval/workflow-change.ts';
import { maximumFiles } from '../github/changed-paths.ts';
import type { AppGitHub, Artifact, PullFile, PullRequest } from '../github/port.ts';
import type { GatePolicy } from './gate-policy.ts';
import { reportName } from './reports.ts';

/**
 * The action by which a pull request that changes its own workflows holds its gate; none or one. Null when it was
 * pushed to meanwhile: GitHub lists the files of the present head alone, and they must not speak for another.
 */
export async function workflowHolds(
  github: Pick<AppGitHub, 'changedFiles' | 'fileAtCommit' | 'pullRequest'>,
  pull: PullRequest,
  policy: GatePolicy,
): Promise<readonly ReportedAction[] | null> {
  const { repository } = pull.base;
  const files = await github.changedFiles(repository, pull.number);
  const now = await github.pullRequest(repository, pull.number);
  if (now.head.sha !== pull.head.sha) return null;
  const folders = await Promise.all(
    policy.workflows.map(async (workflow) => {
      const file = await github.fileAtCommit(repository, pull.head.sha, `.github/workflows/${workflow}`);
      return localActions(file?.text ?? '');
    }),
  );
  const found = workflowChange(
    files.flatMap(changes).concat(unlisted(files, pull)),
    folders.flat(),
    policy.defaults,
  );
  return found === null ? [] : [found];
}

/** A renamed file changes two paths. */
function changes({ path, previousPath, blob }: PullFile) {
  return previousPath === null
    ? [{ path, blob }]
    : [
        { path, blob },
        { path: previousPath, blob: '' },
      ];
}

/** What cannot be seen may be a workflow. */
function unlisted(files: readonly PullFile[], pull: PullRequest) {
  if (files.length < maximumFiles) return [];
  return [{ path: '.github/workflows/(more files than GitHub lists)', blob: pull.head.sha }];
}

/** Folders named by `uses: ./folder`. */
function localActions(workflow: string): readonly string[] {
  const uses = /^\s*(?:-\s*)?['"]?uses['"]?\s*:\s*['"]?\.\/([^\s'"#]*)/gm;
  return [...workflow.matchAll(uses)].map(([, folder = '']) => folder);
}

/** The latest completed run of a workflow for pushes to the base branch, and the reports that it left. */
export interface BaseRun {
  readonly workflow: string;
  readonly artifacts: readonly { readonly artifact: Artifact; readonly job: string }[];
}

export async function runsOnBase(
  github: Pick<AppGitHub, 'latestRunOn' | 'artifacts'>,
  pull: PullRequest,
  policy: GatePolicy,
): Promise<readonly BaseRun[]> {
  const { repository, ref } = pull.base;
  return Promise.all(
    policy.workflows.map(async (workflow) => {
      const run = await github.latestRunOn(repository, workflow, ref);
      const all = run === null ? [] : await github.artifacts(repository, run.id);
      const artifacts = all.flatMap((artifact) => {
        const job = reportName(artifact.name)?.job;
        return job === undefined ? [] : [{ artifact, job }];
      });
      return { workflow, artifacts };
    }),
  );
}

/** Jobs that report on the base branch. */
export function jobsOf(
  runs: readonly BaseRun[],
): readonly { readonly workflow: string; readonly job: string }[] {
  return runs.flatMap(({ workflow, artifacts }) =>
    [...new Set(artifacts.map(({ job }) => job))].map((job) => ({ workflow, job })),
  );
}
