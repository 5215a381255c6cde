import { type Beside, strictest } from './beside.ts';
import type { RecordedFact } from './facts.ts';
import type { GateState } from './gate.ts';

/** A merge group that holds this pull request, and of whose end nobody has told yet. */
export type Group = Omit<Extract<RecordedFact, { type: 'group' }>, 'type' | 'at' | 'ended' | 'sequence'>;

/** By their heads, the newest word on each. */
export function openGroups(facts: readonly RecordedFact[]): readonly Group[] {
  const newest = new Map<string, Extract<RecordedFact, { type: 'group' }>>();
  for (const fact of facts) if (fact.type === 'group') newest.set(fact.head, fact);
  return [...newest.values()].flatMap(({ type: _, at: __, sequence: ___, ended, ...group }) =>
    ended ? [] : [group],
  );
}

/** The pull request of which GitHub made this branch; null for any other branch. */
export function queuedIn(branch: string, base: string): number | null {
  const prefix = `gh-readonly-queue/${base}/`;
  const found = branch.startsWith(prefix)
    ? /^pr-([1-9]\d{0,9})-[0-9a-f]{40}$/.exec(branch.slice(prefix.length))
    : null;
  return found === null ? null : Number(found[1]);
}

export interface GroupCommit {
  readonly sha: string;
  /** The first is the commit on whose top it was made. */
  readonly parents: readonly string[];
}

/** The group's own line of commits, without those that it merged. */
export function ownLine(commits: readonly GroupCommit[], head: string): readonly GroupCommit[] {
  const bySha = new Map(commits.map((commit) => [commit.sha, commit]));
  const line: GroupCommit[] = [];
  for (let next = bySha.get(head); next !== undefined; next = bySha.get(next.parents[0] ?? '')) {
    line.push(next);
    bySha.delete(next.sha);
  }
  return line;
}

/**
 * What a pull request's gate says on a merge group's head: what it says on its own, and nothing better than what
 * the gates of the others in the group say. One check of that name speaks for all of them.
 */
export function groupGate(
  own: GateState,
  { isLive, isMoved }: { readonly isLive: boolean; readonly isMoved: boolean },
  others: readonly Beside[],
): GateState {
  const fails = (title: string, why: string): GateState => ({
    ...own,
    status: 'completed',
    conclusion: 'failure',
    title,
    sentences: [why, ...own.sentences],
  });
  const passes = own.conclusion === 'success' || own.conclusion === 'neutral';
  if (!isLive) return passes ? own : fails('The merge group has ended', 'This merge group exists no more.');
  if (isMoved)
    return fails('Not this commit', 'The pull request was pushed to since this merge group was made.');
  const worst = strictest(own, others);
  const note = "This is a merge group's commit; what waits is decided on the pull requests in it.";
  if (worst === null) return { ...own, notes: [note, ...own.notes] };
  const { number, gate } = worst;
  return {
    ...own,
    status: gate.status,
    conclusion: gate.conclusion,
    title: `Pull request ${number} is in this group: ${gate.title}`,
    notes: [note, ...own.notes],
  };
}
