import { JitError } from '../../errors.ts';
import { latest } from '../actions/rerun.ts';
import { latestChecks, mergeState } from '../domain/mergeable.ts';
import { resolveCommit } from '../git/commit.ts';
import { fileAt } from '../git/read.ts';
import type { Reading } from '../sandbox.ts';
import type { World } from '../world.ts';
import { repositoryNamed, runNumbered } from './find.ts';

export function reading(world: World): Reading {
  return {
    pull(fullName, number) {
      const pull = repositoryNamed(world, fullName).pulls.get(number);
      if (!pull) throw new JitError('sandbox-setup', `${fullName} has no pull request ${number}`);
      return pull;
    },
    comments: (pull) =>
      [...world.comments.values()].filter(
        (each) => each.repository === pull.repository && each.number === pull.number,
      ),
    reviews: (pull) =>
      [...world.reviews.values()].filter(
        (each) => each.repository === pull.repository && each.number === pull.number,
      ),
    checks: (fullName, sha) => latestChecks(world, repositoryNamed(world, fullName), sha),
    runs: (fullName) => {
      const repository = repositoryNamed(world, fullName);
      return [...world.runs.values()].filter((run) => run.repository === repository);
    },
    attempt: (runId) => latest(runNumbered(world, runId)),
    mergeState: (pull) => mergeState(world, pull),
    async file(fullName, ref, path) {
      const { folder } = repositoryNamed(world, fullName);
      const commit = await resolveCommit(folder, ref);
      return commit ? fileAt(folder, commit, path) : null;
    },
  };
}
