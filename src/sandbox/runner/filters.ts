/**
 * Filters of `on:`. GitHub's patterns are its own: `*` and `**` as in globs, but `?` and `+` repeat the character
 * before them, so no glob library fits. Source: GitHub's filter pattern cheat sheet.
 */
function compile(pattern: string): RegExp {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern.charAt(i);
    if (character === '*') {
      if (pattern.charAt(i + 1) !== '*') source += '[^/]*';
      else if (pattern.charAt(i + 2) === '/') {
        source += '(?:.*/)?';
        i += 2;
      } else {
        source += '.*';
        i++;
      }
    } else if (character === '\\') source += `\\${pattern.charAt(++i)}`;
    else if (/[?+[\]-]/.test(character)) source += character;
    else source += character.replace(/[.(){}^$|]/, '\\$&');
  }
  return new RegExp(`^${source}$`);
}

/** A list of patterns in which later ones win and `!` takes away. */
function matchesAny(patterns: readonly string[], value: string): boolean {
  let matched = false;
  for (const pattern of patterns) {
    const negative = pattern.startsWith('!');
    if (compile(negative ? pattern.slice(1) : pattern).test(value)) matched = !negative;
  }
  return matched;
}

export interface NameFilter {
  readonly only: readonly string[] | null;
  readonly ignore: readonly string[] | null;
}

export function passes(filter: NameFilter, value: string): boolean {
  if (filter.only !== null) return matchesAny(filter.only, value);
  if (filter.ignore !== null) return !matchesAny(filter.ignore, value);
  return true;
}

/** `paths` wants one matching file, `paths-ignore` one that does not match. */
export function passesPaths(filter: NameFilter, files: readonly string[]): boolean {
  return files.some((file) => passes(filter, file));
}
