import type { Pull } from '../../../src/sandbox/model.ts';
import { flaggedOf } from '../../app/help/report.ts';
import { granted, type Stage, stage } from '../../app/help/stage.ts';
import type { Story } from './stories.ts';

/** acme/shop, whose suites delete users as their stories say: held at first, and run once that is approved. */
export async function openScene(all: readonly Story[]): Promise<Stage> {
  const byBranch = new Map(all.map((story) => [story.branch, story]));
  const scene = await stage({
    suite:
      ({ del }) =>
      ({ attempt, event }) => {
        const { head } = event.pull_request as { head: { ref: string } };
        // this runner starts on every action, closing too; only a push finds its grants standing
        const held = attempt === 1 && event.action !== 'synchronize';
        const users = byBranch.get(head.ref)?.users ?? [];
        return users.map((user) => (held ? flaggedOf(del(user)) : granted(del(user))));
      },
  });
  // limits are met when the storm says so
  scene.sandbox.world.rateLimit = Number.MAX_SAFE_INTEGER;
  return scene;
}

export function pullOf({ sandbox }: Stage, { branch }: Story): Pull {
  const [repository] = sandbox.world.repositories.values();
  const found = [...(repository?.pulls.values() ?? [])].find((pull) => pull.head.ref === branch);
  if (found === undefined) throw new Error(`there is no pull request of ${branch}`);
  return found;
}
