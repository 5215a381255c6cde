import type { ReportedAction } from '../approval/facts.ts';
import { workflowChange } from '../approval/workflow-change.ts';
import type { AppGitHub, PullFile, PullRequest } from '../github/port.ts';
import type { GatePolicy } from './gate-policy.ts';
import { reportName } from './reports.ts';

/** GitHub lists no more files of a pull request than these. */
const maximumFiles = 3000;

/** The action by which a pull request that changes its own workflows holds its gate; none or one. */
export async function workflowHolds(
  github: Pick<AppGitHub, 'changedFiles' | 'fileAtCommit'>,
  pull: PullRequest,
  policy: GatePolicy,
): Promise<readonly ReportedAction[]> {
  const { repository } = pull.base;
  const files = await github.changedFiles(repository, pull.number);
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

/** Jobs whose reports the latest pushes to the base branch left. */
export async function jobsOnBase(
  github: Pick<AppGitHub, 'latestRunOn' | 'artifacts'>,
  pull: PullRequest,
  policy: GatePolicy,
): Promise<readonly { readonly workflow: string; readonly job: string }[]> {
  const { repository, ref } = pull.base;
  const perWorkflow = await Promise.all(
    policy.workflows.map(async (workflow) => {
      const run = await github.latestRunOn(repository, workflow, ref);
      if (run === null) return [];
      const artifacts = await github.artifacts(repository, run.id);
      const jobs = new Set(artifacts.flatMap(({ name }) => reportName(name)?.job ?? []));
      return [...jobs].map((job) => ({ workflow, job }));
    }),
  );
  return perWorkflow.flat();
}
