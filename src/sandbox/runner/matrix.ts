import { isDeepStrictEqual } from 'node:util';
import { JitError } from '../../errors.ts';

type Combination = Record<string, unknown>;

function combinations(axes: readonly (readonly [string, readonly unknown[]])[]): readonly Combination[] {
  return axes.reduce<readonly Combination[]>(
    (all, [axis, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [axis]: value }))),
    [{}],
  );
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new JitError(
    'workflow-invalid',
    `strategy.matrix.${what} must be a list; it is ${JSON.stringify(value)}.`,
  );
}

function isMapping(value: unknown): value is Combination {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether every key that both have (or, for `exclude`, that the pattern has) is equal. */
function agrees(pattern: Combination, one: Combination, keys: readonly string[]): boolean {
  return keys.every((key) => isDeepStrictEqual(pattern[key], one[key]));
}

/**
 * The combinations of a matrix whose expressions are already evaluated. `exclude` goes first; an `include` joins
 * every combination whose original axes it does not contradict, and stands alone where there is none.
 */
export function expandMatrix(matrix: unknown): readonly Combination[] {
  if (!isMapping(matrix)) {
    throw new JitError(
      'workflow-invalid',
      `strategy.matrix must be a mapping; it is ${JSON.stringify(matrix)}.`,
    );
  }
  const { include = [], exclude = [], ...axes } = matrix;
  const names = Object.keys(axes);
  const lists = names.map((name) => [name, listOf(axes[name], name)] as const);
  const excluded = listOf(exclude, 'exclude').filter(isMapping);
  const base = (names.length === 0 ? [] : combinations(lists)).filter(
    (one) => !excluded.some((pattern) => agrees(pattern, one, Object.keys(pattern))),
  );
  const joined = base.map((one) => ({ ...one }));
  const alone: Combination[] = [];
  for (const extra of listOf(include, 'include').filter(isMapping)) {
    const shared = names.filter((name) => name in extra);
    const targets = joined.filter((_, i) => agrees(extra, base[i] ?? {}, shared));
    if (targets.length === 0 || (shared.length === 0 && base.length === 0)) alone.push({ ...extra });
    else for (const target of targets) Object.assign(target, extra);
  }
  return [...joined, ...alone];
}

/** The values of a combination as they stand in a job's name. */
export function matrixLabel(combination: Combination): string {
  const leaves = (value: unknown): readonly string[] =>
    typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [String(value)];
  return leaves(combination).join(', ');
}
