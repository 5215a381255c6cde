import type { Fact, RecordedFact } from './facts.ts';

/** The facts of the repository that has the name now. */
export function sinceMoved(facts: readonly RecordedFact[]): readonly RecordedFact[] {
  return facts.slice(facts.findLastIndex((fact) => fact.type === 'moved') + 1);
}

/**
 * What to record under the new name. Where people have voted there already, the approvals stay behind: nobody
 * can tell any more whether a deny or revoke that was given there came after them.
 */
export function factsToMove(from: readonly RecordedFact[], there: readonly RecordedFact[]): readonly Fact[] {
  const voted = there.some((fact) => fact.type === 'vote');
  return sinceMoved(from)
    .filter((fact) => !(voted && fact.type === 'vote' && fact.vote === 'approve'))
    .map(({ sequence: _, ...fact }) => fact);
}
