import type { Account, App, Repository } from '../model.ts';
import type { CheckSuite } from '../run-model.ts';
import { checkSuiteShape } from '../shapes/check.ts';
import { publish } from '../webhooks/publish.ts';
import type { World } from '../world.ts';
import { actionsAppId, installationOn } from './apps.ts';

/** The suite of an app on a commit; one per app, except that GitHub Actions has one per workflow run. */
export function suiteFor(
  world: World,
  repository: Repository,
  app: App,
  headSha: string,
  headBranch: string | null,
  before: string | null = null,
): CheckSuite {
  for (const each of world.checkSuites.values()) {
    if (each.repository === repository && each.app === app && each.headSha === headSha) return each;
  }
  return addSuite(world, repository, app, headSha, headBranch, before);
}

export function addSuite(
  world: World,
  repository: Repository,
  app: App,
  headSha: string,
  headBranch: string | null,
  before: string | null,
): CheckSuite {
  const now = world.now();
  const id = world.nextId();
  const suite: CheckSuite = {
    id,
    repository,
    app,
    headSha,
    headBranch,
    before,
    createdAt: now,
    updatedAt: now,
  };
  world.checkSuites.set(id, suite);
  return suite;
}

/** On every push GitHub asks each app that may write checks for a suite. */
export async function requestSuites(
  world: World,
  repository: Repository,
  branch: string,
  before: string | null,
  after: string,
  by: Account,
): Promise<void> {
  for (const app of world.apps.values()) {
    if (app.id === actionsAppId || app.permissions.checks !== 'write') continue;
    if (!installationOn(world, app, repository)) continue;
    const suite = suiteFor(world, repository, app, after, branch, before);
    await publishSuite(world, suite, 'requested', by);
  }
}

export async function publishSuite(
  world: World,
  suite: CheckSuite,
  action: 'requested' | 'completed',
  sender: Account,
): Promise<void> {
  const { repository: _repository, ...shape } = await checkSuiteShape(world, suite);
  publish(world, {
    event: 'check_suite',
    action,
    repository: suite.repository,
    sender,
    body: { check_suite: shape },
    only: suite.app,
  });
}
