import type { Account, Repository } from '../model.ts';
import { organizationSimple, simpleUser } from '../shapes/account.ts';
import { publish } from '../webhooks/publish.ts';
import { fullName, type World } from '../world.ts';
import { Refusal } from './refusal.ts';

/** It keeps its number, and what asks for the old name is redirected until somebody else takes it. */
export function renameRepository(world: World, repository: Repository, name: string, by: Account): void {
  const from = repository.name;
  move(world, repository, { owner: repository.owner, name });
  const changes = { repository: { name: { from } } };
  publish(world, { event: 'repository', action: 'renamed', repository, sender: by, body: { changes } });
}

/** To another owner, at whom only installations of that owner see it: they are told, the earlier ones are not. */
export function transferRepository(world: World, repository: Repository, owner: Account, by: Account): void {
  const from = repository.owner;
  move(world, repository, { owner, name: repository.name });
  const earlier =
    from.type === 'Organization'
      ? { organization: organizationSimple(world, from) }
      : { user: simpleUser(world, from) };
  const changes = { owner: { from: earlier } };
  publish(world, { event: 'repository', action: 'transferred', repository, sender: by, body: { changes } });
}

function move(world: World, repository: Repository, to: Pick<Repository, 'owner' | 'name'>): void {
  const before = fullName(repository);
  const holder = world.repository(to.owner.login, to.name);
  if (holder !== null && holder !== repository) {
    throw new Refusal(422, `${before} keeps its name: ${fullName(holder)} exists already`);
  }
  repository.owner = to.owner;
  repository.name = to.name;
  world.formerNames.delete(fullName(repository).toLowerCase());
  world.formerNames.set(before.toLowerCase(), repository.id);
}
