import type { Pull } from '../../../src/sandbox/model.ts';
import type { CheckRun } from '../../../src/sandbox/run-model.ts';
import { repository, type Stage } from './stage.ts';

/** Our check runs on a commit, oldest first: on a group's head one gate for each pull request that speaks there. */
export function checksOn({ sandbox }: Stage, head: string): readonly CheckRun[] {
  return [...sandbox.world.checkRuns.values()].filter(
    (run) => run.suite.headSha === head && run.name.startsWith('JIT approval'),
  );
}

/** What the gate on a group's head says: the last one that was written. */
export const wordOn = (scene: Stage, head: string) => checksOn(scene, head).at(-1)?.conclusion;

/** A second pull request beside the one of `Stage.open`. */
export async function openOther({ sandbox, settle }: Stage): Promise<Pull> {
  const { act } = sandbox;
  await act.push(repository, 'wanda', { branch: 'other', from: 'main', files: { 'src/b.ts': 'b' } });
  const pull = await act.openPull(repository, 'wanda', { head: 'other', title: 'Other' });
  await settle();
  return pull;
}
