import type { GateConclusion, GateState } from './gate.ts';

/** The gate of another open pull request with the same head and base. */
export interface Beside {
  readonly number: number;
  readonly gate: Pick<GateState, 'status' | 'conclusion' | 'title'>;
}

const order: readonly (GateConclusion | null)[] = ['success', 'neutral', null, 'action_required', 'failure'];

/**
 * A required check is looked up by its name on a commit, and two pull requests may share both. Whichever wrote
 * last would speak for the other, so each shows the strictest of all.
 */
export function besideOthers(gate: GateState, others: readonly Beside[]): GateState {
  const worst = strictest(gate, others);
  if (worst === null) return gate;
  const { number, gate: theirs } = worst;
  return {
    ...gate,
    status: theirs.status,
    conclusion: theirs.conclusion,
    title: `Pull request ${number} shares this head: ${theirs.title}`,
    sentences: [
      `Pull request ${number} has the same head and base, and its gate says: ${theirs.title}. One check speaks for both.`,
      ...gate.sentences,
    ],
  };
}

/** The one whose gate is stricter than this and every other; null where this is the strictest. */
export function strictest(gate: Pick<GateState, 'conclusion'>, others: readonly Beside[]): Beside | null {
  return others.reduce<Beside | null>(
    (worst, other) => (rank(other.gate) > rank(worst?.gate ?? gate) ? other : worst),
    null,
  );
}

function rank({ conclusion }: Pick<GateState, 'conclusion'>): number {
  return order.indexOf(conclusion);
}
