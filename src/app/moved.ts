import { factsToMove, sinceMoved } from '../approval/moved.ts';
import type { Ledger, PullKey } from '../ledger/port.ts';
import { type Desk, instant } from './desk.ts';

/** A ledger that answers with the facts of the repository that has the name now. */
export function ofThisName(ledger: Ledger): Ledger {
  return { ...ledger, facts: async (key) => sinceMoved(await ledger.facts(key)) };
}

/**
 * What is known of a repository's pull requests goes with it to its new name: of the open ones everything, of the
 * others where people have voted, as a denial must be there when one is opened again.
 */
export async function moveRepository(
  desk: Pick<Desk, 'ledger' | 'now'>,
  from: string,
  to: string,
  installation: number,
): Promise<void> {
  for (const { key } of await desk.ledger.known(from)) await movePull(desk, key, to, installation);
}

/**
 * First recorded under the new name, then ended under the old: a crash in between moves them twice, which
 * changes nothing.
 */
async function movePull(
  { ledger, now }: Pick<Desk, 'ledger' | 'now'>,
  key: PullKey,
  to: string,
  installation: number,
): Promise<void> {
  const at = instant({ now });
  const facts = await ledger.facts(key);
  const last = facts.findLast((fact) => fact.type === 'pull');
  if (last?.type !== 'pull') return;
  if (last.state === 'closed' && !facts.some(({ type }) => type === 'vote')) return;
  const target = { ...key, repository: to };
  await ledger.record(target, factsToMove(facts, await ledger.facts(target)), null, installation);
  const { sequence: _, ...pull } = last;
  // closed here, so that no sweep looks for it under the old name
  await ledger.record(
    key,
    [
      { ...pull, at, state: 'closed' },
      { type: 'moved', at, to },
    ],
    null,
    installation,
  );
}
