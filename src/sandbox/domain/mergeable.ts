import { testMerge } from '../git/merge.ts';
import type { Pull, Repository, RequiredCheck } from '../model.ts';
import type { CheckRun } from '../run-model.ts';
import type { World } from '../world.ts';
import { Refusal } from './refusal.ts';

/** Check runs on a commit, newest of every name and app. */
export function latestChecks(world: World, repository: Repository, sha: string): CheckRun[] {
  const newest = new Map<string, CheckRun>();
  for (const run of world.checkRuns.values()) {
    if (run.suite.repository === repository && run.suite.headSha === sha) {
      newest.set(`${run.suite.id} ${run.name}`, run);
    }
  }
  return [...newest.values()];
}

/** What counts as passed for a required check. */
const passing: ReadonlySet<string> = new Set(['success', 'neutral', 'skipped']);

export type CheckState = 'passed' | 'failed' | 'pending' | 'missing';

/** How one required check stands on the head; every run of that name from an accepted app must pass. */
export function requiredState(
  world: World,
  pull: Pull,
  required: RequiredCheck,
  head = pull.head.sha,
): CheckState {
  const runs = latestChecks(world, pull.repository, head).filter((run) => fits(run, required));
  if (runs.length === 0) return 'missing';
  if (runs.some((run) => run.status === 'completed' && !passing.has(run.conclusion ?? ''))) return 'failed';
  return runs.every((run) => run.status === 'completed') ? 'passed' : 'pending';
}

export function fits(run: CheckRun, required: RequiredCheck): boolean {
  return run.name === required.name && (required.appId === null || required.appId === run.suite.app.id);
}

export function requiredChecks(pull: Pull): readonly RequiredCheck[] {
  return pull.repository.protection.get(pull.base.ref) ?? [];
}

/** How each required check stands on another commit, such as a merge group's head. */
export function checksState(world: World, pull: Pull, head: string): readonly CheckState[] {
  return requiredChecks(pull).map((each) => requiredState(world, pull, each, head));
}

/** GitHub's `mergeable_state`: draft, blocked by a required check, unstable by another, dirty by a conflict. */
type MergeState = 'clean' | 'draft' | 'blocked' | 'unstable' | 'dirty' | 'unknown';

export function mergeState(world: World, pull: Pull): MergeState {
  if (pull.state === 'closed') return 'unknown';
  if (pull.mergeSha === null) return 'dirty';
  if (pull.draft) return 'draft';
  if (requiredChecks(pull).some((each) => requiredState(world, pull, each) !== 'passed')) return 'blocked';
  const all = latestChecks(world, pull.repository, pull.head.sha);
  return all.every((run) => passing.has(run.conclusion ?? '')) ? 'clean' : 'unstable';
}

/** Throws where GitHub lets nobody merge or queue. */
export function refuseUnmergeable(world: World, pull: Pull): void {
  const state = mergeState(world, pull);
  if (state === 'dirty') throw new Refusal(405, 'Pull Request is not mergeable');
  if (state === 'draft') throw new Refusal(405, 'Pull Request is still a draft');
  if (state === 'blocked') {
    throw new Refusal(405, 'Required status checks have not all passed: the base branch is protected.');
  }
}

/** The commit that merges its head into `base`, on no branch yet. Throws on a conflict. */
export async function mergeCommit(world: World, pull: Pull, base: string): Promise<string> {
  const { repository, head } = pull;
  const message = `Merge pull request #${pull.number} from ${head.repository.owner.login}/${head.ref}`;
  const text = `${message}\n\n${pull.title}`;
  const commit = await testMerge(repository.folder, base, head.sha, text, world.now());
  if (commit === null) throw new Refusal(405, 'Pull Request is not mergeable');
  return commit;
}
