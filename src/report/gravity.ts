import type { Flagged } from './schema.ts';

/** How grave it is what became of a flagged runtime action: 0 is the gravest. */
export const gravity: Readonly<Record<Flagged['outcome'], number>> = {
  denied: 0,
  held: 1,
  unapproved: 2,
  'would-deny': 3,
  'would-hold': 4,
  granted: 5,
};

/** The gravest first. */
export function byGravity(flagged: readonly Flagged[]): Flagged[] {
  return [...flagged].sort((a, b) => gravity[a.outcome] - gravity[b.outcome]);
}
