/** Something wrong with a policy file. Lines and columns count from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What was met. */
  readonly message: string;
  /** What is allowed there, or null. */
  readonly allowed: string | null;
}

/** `file:line:column  problem  (allowed: …)`. */
export function formatProblem(problem: Problem): string {
  const allowed = problem.allowed === null ? '' : `  (allowed: ${problem.allowed})`;
  return `${problem.file}:${problem.line}:${problem.column}  ${problem.message}${allowed}`;
}

/** To find the line of a problem costs time; who has more than these sees the next ones afterwards. */
export const maximumProblems = 100;

export function firstProblems(problems: readonly Problem[]): readonly Problem[] {
  const next = problems[maximumProblems];
  if (next === undefined) return problems;
  const more = { ...next, message: 'more problems from here on are not listed', allowed: null };
  return [...problems.slice(0, maximumProblems), more];
}

/** The known word nearest to a misspelt one, when it is near enough to be meant. */
export function nearest(met: string, known: readonly string[]): string | null {
  const ranked = known.map((word) => ({ word, distance: distance(met.toLowerCase(), word.toLowerCase()) }));
  const best = ranked.sort((a, b) => a.distance - b.distance)[0];
  return best !== undefined && best.distance <= Math.max(1, Math.floor(best.word.length / 3))
    ? best.word
    : null;
}

/** Letters to change, add, take away, or swap with their neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  let above: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? (above[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change, swap));
    }
    above = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
