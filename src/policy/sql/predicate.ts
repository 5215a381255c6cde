import type { SqlTree } from './parser.ts';
import { isKeyword, type Source } from './source.ts';
import { isNode } from './tree.ts';

/** Words that end a WHERE clause at its own depth of parentheses. */
const enders = new Set([
  ...['returning', 'group', 'having', 'window', 'order', 'limit', 'offset', 'fetch', 'for'],
  ...['union', 'intersect', 'except', 'on'],
]);

/** Text of a WHERE clause as written, comments within it included; null where it cannot be found. */
export function predicateText(source: Source, where: SqlTree | undefined): string | null {
  const first = firstLocation(where);
  if (first === null) return null;
  let start = source.tokenBefore(first);
  while (start >= 0 && !isKeyword(source.tokens[start], 'where')) start -= 1;
  if (start < 0) return null;
  let depth = 0;
  let end = start + 1;
  for (; end < source.tokens.length; end++) {
    const token = source.tokens[end];
    if (token === undefined) break;
    if (token.text === '(' || token.text === '[') depth += 1;
    if (token.text === ')' || token.text === ']') depth -= 1;
    if (depth < 0 || (depth === 0 && (token.text === ';' || isEnder(token.kind, token.text)))) break;
  }
  const from = source.tokens[start + 1];
  const to = source.tokens[end - 1];
  return from === undefined || to === undefined || end <= start + 1 ? null : source.slice(from.start, to.end);
}

function isEnder(kind: string, text: string): boolean {
  return kind === 'keyword' && enders.has(text.toLowerCase());
}

/** The smallest offset that a node below carries. */
function firstLocation(tree: SqlTree | undefined): number | null {
  if (Array.isArray(tree)) return smallest(tree.map(firstLocation));
  if (!isNode(tree)) return null;
  return smallest(
    Object.entries(tree).map(([key, value]) =>
      key === 'location' && typeof value === 'number' && value > 0 ? value : firstLocation(value),
    ),
  );
}

function smallest(found: readonly (number | null)[]): number | null {
  return found.reduce((least, at) => (at !== null && (least === null || at < least) ? at : least), null);
}
