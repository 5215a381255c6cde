import type { RecordedFact } from './facts.ts';

/** What the ledger knows of the pull request itself, seen from one of its heads. */
export interface Pull {
  readonly open: boolean;
  readonly author: string;
  readonly contributors: readonly string[];
  readonly base: string;
  /** The head that this speaks of, and the pull request's current one. */
  readonly head: string;
  readonly currentHead: string;
  /** When the head was first seen, milliseconds since the epoch. */
  readonly headSince: number;
  /** All heads, oldest first, the current one last. */
  readonly heads: readonly string[];
}

/** Null while no pull fact is known. `head` defaults to the current one. */
export function pullOf(facts: readonly RecordedFact[], head?: string): Pull | null {
  const pulls = facts.filter((fact) => fact.type === 'pull').sort((a, b) => a.sequence - b.sequence);
  const last = pulls.at(-1);
  if (last === undefined) return null;
  // a force-push may go back to an earlier head: it counts where it came last
  const heads = [...new Set(pulls.map((pull) => pull.head).reverse())].reverse();
  const chosen = head ?? last.head;
  return {
    open: last.state === 'open',
    author: last.author,
    contributors: [...new Set(pulls.flatMap((pull) => pull.pushedBy ?? []))],
    base: last.base,
    head: chosen,
    currentHead: last.head,
    headSince: since(pulls, chosen),
    heads,
  };
}

/** When this head became the head the last time. */
function since(pulls: readonly { readonly head: string; readonly at: string }[], head: string): number {
  const end = pulls.findLastIndex((pull) => pull.head === head);
  let start = end;
  while (start > 0 && pulls[start - 1]?.head === head) start--;
  const at = Date.parse(pulls[start]?.at ?? '');
  return Number.isNaN(at) ? 0 : at;
}
