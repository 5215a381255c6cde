import { JitError } from '../../errors.ts';
import type { App, Repository } from '../model.ts';
import type { CheckRun, Run } from '../run-model.ts';
import type { World } from '../world.ts';

function missing(what: string): JitError {
  return new JitError('sandbox-setup', `the sandbox has no ${what}; create it first`);
}

export function repositoryNamed(world: World, fullName: string): Repository {
  const [owner = '', name = ''] = fullName.split('/');
  const found = world.repository(owner, name);
  if (!found) throw missing(`repository ${fullName}`);
  return found;
}

export function appNumbered(world: World, id: number): App {
  const found = world.apps.get(id);
  if (!found) throw missing(`app ${id}`);
  return found;
}

export function checkNumbered(world: World, id: number): CheckRun {
  const found = world.checkRuns.get(id);
  if (!found) throw missing(`check run ${id}`);
  return found;
}

export function runNumbered(world: World, id: number): Run {
  const found = world.runs.get(id);
  if (!found) throw missing(`workflow run ${id}`);
  return found;
}
