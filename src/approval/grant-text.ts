import type { GrantSet } from './grant.ts';

/** Room for grants in the text of one check run; GitHub takes 65,535 characters, the fence needs a few. */
const room = 60_000;

/**
 * Grants as texts of check runs, the gate's first: each part is a whole set by itself, fenced. All denials
 * stand in the first part, so that a reader who misses a part misses grants and never a denial. When they do
 * not fit there, nothing is granted.
 */
export function grantTexts(set: GrantSet): readonly string[] {
  const size = (part: GrantSet) => JSON.stringify(part).length;
  const first: GrantSet = { ...set, grants: [] };
  if (size(first) > room) return [fenced({ ...first, denied: [] })];
  const parts: GrantSet[] = [first];
  for (const grant of set.grants) {
    const last = parts.at(-1) ?? first;
    const grown = { ...last, grants: [...last.grants, grant] };
    if (size(grown) <= room) parts[parts.length - 1] = grown;
    else parts.push({ ...set, denied: [], grants: [grant] });
  }
  return parts.map(fenced);
}

/** JSON has no line that is a fence, because it is one line that begins with a brace. */
function fenced(set: GrantSet): string {
  return `\`\`\`json\n${JSON.stringify(set)}\n\`\`\``;
}
