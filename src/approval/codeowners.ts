/**
 * GitHub's CODEOWNERS: the last line that matches a file says who owns it. Lines that GitHub cannot read are
 * skipped, and so here: `!`, `[` and `\#`, which .gitignore knows, and owners that are none.
 */

/** Who owns a file: logins without `@`, teams as `organisation/team`. An e-mail address is nobody we can check. */
export interface Owners {
  readonly people: readonly string[];
  readonly teams: readonly string[];
  readonly emails: readonly string[];
}

/** A file and its owners by each CODEOWNERS that judges; a person must be one by all of them. Empty: nobody's. */
export interface OwnedFile {
  readonly file: string | null;
  readonly owners: readonly Owners[];
}

export interface OwnerLine {
  readonly segments: readonly string[];
  readonly owners: Owners;
}

/** Where GitHub looks, in this order; the first that exists is the one. */
export const codeownersPaths = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const;
/** Bytes; GitHub loads no larger one. */
export const maximumCodeowners = 3 * 1024 * 1024;

export function parseCodeowners(text: string): readonly OwnerLine[] {
  return text.split(/\r\n|\r|\n/).flatMap((line) => parseLine(line) ?? []);
}

/** The owners of a file, relative to the repository's root. Null where no line matches, or one without owners. */
export function ownersOf(lines: readonly OwnerLine[], file: string): Owners | null {
  const path = file.split('/');
  const line = lines.findLast(({ segments }) => glob(segments, path, '**', matchesSegment));
  if (line === undefined) return null;
  const { people, teams, emails } = line.owners;
  return people.length + teams.length + emails.length === 0 ? null : line.owners;
}

/** Owners of the file that caused an action, by every CODEOWNERS that judges. */
export function ownedFile(sources: readonly (readonly OwnerLine[])[], file: string | null): OwnedFile {
  const owners = file === null ? [] : sources.flatMap((lines) => ownersOf(lines, file) ?? []);
  return { file, owners };
}

function parseLine(line: string): OwnerLine | null {
  // a comment begins a line or follows a space
  const tokens = line.replace(/(^|[ \t])#.*$/, '').match(/(?:\\.|[^\s\\])+/g);
  const [pattern, ...names] = tokens ?? [];
  if (pattern === undefined || /^!|^\\#|\[/.test(pattern)) return null;
  const segments = segmentsOf(pattern);
  const owners = readOwners(names);
  return segments === null || owners === null ? null : { segments, owners };
}

/** Null when one of them is no owner: then the whole line is skipped. */
function readOwners(names: readonly string[]): Owners | null {
  const people: string[] = [];
  const teams: string[] = [];
  const emails: string[] = [];
  for (const name of names) {
    if (/^@[a-z0-9][a-z0-9_-]*$/i.test(name)) people.push(name.slice(1));
    else if (/^@[a-z0-9][a-z0-9_-]*\/[a-z0-9][a-z0-9._-]*$/i.test(name)) teams.push(name.slice(1));
    else if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(name)) emails.push(name);
    else return null;
  }
  return { people, teams, emails };
}

/**
 * As in .gitignore: a pattern with a slash before its end begins at the root, any other matches at any depth;
 * a folder means all that is in it. Only `folder/*` reaches no deeper, which is GitHub's own exception.
 */
function segmentsOf(pattern: string): readonly string[] | null {
  const parts = pattern.replace(/^\//, '').split('/');
  if (parts.length === 1 && parts[0] === '') return null;
  const rooted = pattern.startsWith('/') || (parts.length > 1 && !(parts.length === 2 && parts[1] === ''));
  const segments = rooted ? parts : ['**', ...parts];
  const last = segments.at(-1) ?? '';
  if (last === '' || last === '**') return [...segments.slice(0, -1), '**', '*'];
  if (last === '*') return segments;
  return [...segments, '**', inside];
}

/** Ends a pattern that means a file, or a folder and what is in it. */
const inside = '';

function matchesSegment(pattern: string, segment: string): boolean {
  const letters = pattern.match(/\\.|[^\\]|\\/gsu) ?? [];
  return glob(letters, [...segment], '*', (letter, met) =>
    letter === '?' ? true : (letter.length > 1 ? letter.slice(1) : letter) === met,
  );
}

/** A wildcard match in time of at most pattern × text: `star` stands for any number of units, also none. */
function glob(
  pattern: readonly string[],
  text: readonly string[],
  star: string,
  matches: (part: string, unit: string) => boolean,
): boolean {
  const open = pattern.at(-1) === inside;
  const parts = open ? pattern.slice(0, -2) : pattern;
  let [at, part, starAt, resume] = [0, 0, -1, 0];
  while (at < text.length) {
    const next = parts[part];
    const unit = text[at] ?? '';
    if (next === star) {
      starAt = part++;
      resume = at;
    } else if (next !== undefined && matches(next, unit)) {
      part++;
      at++;
    } else if (next === undefined && open) {
      return true;
    } else if (starAt >= 0) {
      part = starAt + 1;
      at = ++resume;
    } else return false;
  }
  return parts.slice(part).every((rest) => rest === star);
}
