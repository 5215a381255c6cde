import type { Account } from './authority.ts';
import type { RecordedFact } from './facts.ts';

/** What the ledger knows of the pull request itself, seen from one of its heads. */
export interface Pull {
  readonly open: boolean;
  readonly merged: boolean;
  /** Not to be reviewed yet, says its author. */
  readonly draft: boolean;
  readonly author: string;
  /** Null where no fact says. */
  readonly authorId: number | null;
  readonly contributors: readonly Account[];
  readonly base: string;
  /** The head that this speaks of, and the pull request's current one. */
  readonly head: string;
  readonly currentHead: string;
  /** When the head was first seen, milliseconds since the epoch. */
  readonly headSince: number;
  /** All heads, oldest first, the current one last. */
  readonly heads: readonly string[];
  /** Heads of which nobody told us who pushed them; the first was there before us. */
  readonly unseenPushes: readonly string[];
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
    merged: last.state === 'closed' && last.merged === true,
    draft: last.draft === true,
    author: last.author,
    authorId: pulls.findLast((pull) => pull.authorId !== undefined)?.authorId ?? null,
    contributors: contributorsOf(pulls),
    base: last.base,
    head: chosen,
    currentHead: last.head,
    headSince: since(pulls, chosen),
    heads,
    unseenPushes: heads.filter(
      (each) =>
        each !== pulls[0]?.head && !pulls.some((pull) => pull.head === each && pull.pushedBy !== null),
    ),
  };
}

function contributorsOf(pulls: readonly Extract<RecordedFact, { type: 'pull' }>[]): readonly Account[] {
  const accounts = pulls.flatMap(({ pushedBy, pushedById }): Account[] =>
    pushedBy === null ? [] : [{ login: pushedBy, id: pushedById ?? null }],
  );
  return [...new Map(accounts.map((account) => [account.id ?? account.login, account])).values()];
}

/** When this head became the head the last time. */
function since(pulls: readonly { readonly head: string; readonly at: string }[], head: string): number {
  const end = pulls.findLastIndex((pull) => pull.head === head);
  let start = end;
  while (start > 0 && pulls[start - 1]?.head === head) start--;
  const at = Date.parse(pulls[start]?.at ?? '');
  return Number.isNaN(at) ? 0 : at;
}
