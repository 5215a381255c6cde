import type { Pull } from '../../model.ts';
import type { Sandbox } from '../../sandbox.ts';
import type { OwnProject } from './project.ts';

/** Alan's pull request: one new file, as a pull request needs a commit of its own. */
export async function openOwnPull({ act }: Sandbox, project: OwnProject): Promise<Pull> {
  const { repository, folder } = project;
  const head = 'try-jit-approval';
  const title = 'Try JIT Approval';
  await act.push(repository, 'alan', {
    branch: head,
    from: folder.branch,
    message: title,
    files: { 'jit-approval-demo.md': 'This file is in the demo’s copy of the repository alone.\n' },
  });
  return act.openPull(repository, 'alan', {
    head,
    base: folder.branch,
    title,
    body: `The base branch \`${folder.branch}\` is the folder as it lies there now, policy included.`,
  });
}
