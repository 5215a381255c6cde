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

/** Nobody: the lines and the path were made so that matching them does not end in time. */
export const undecidable: Owners = { people: [], teams: [], emails: [] };

/**
 * Comparisons for one file, some tenths of a second. Ten thousand lines of a large repository take some 100,000; three
 * megabytes of wildcards against a path of a thousand folders would take minutes.
 */
const maximumSteps = 5_000_000;
/** The same for all files that one pull request's reports name, which are as many and as deep as its author likes. */
const maximumInAll = 100_000_000;

/**
 * The owners of a file, relative to the repository's root. Null where no line matches, or one without owners;
 * `undecidable` where that would take too long.
 */
export function ownersOf(lines: readonly OwnerLine[], file: string): Owners | null {
  const known = found.get(lines) ?? { owners: new Map(), left: maximumInAll };
  found.set(lines, known);
  const before = known.owners.get(file);
  if (before !== undefined) return before;
  const most = Math.min(maximumSteps, known.left);
  const steps = { left: most };
  const owners = findOwners(lines, file, steps);
  known.left -= most - Math.max(0, steps.left);
  known.owners.set(file, owners);
  return owners;
}

/** A fold asks about the same files again and again. */
const found = new WeakMap<
  readonly OwnerLine[],
  { readonly owners: Map<string, Owners | null>; left: number }
>();

function findOwners(lines: readonly OwnerLine[], file: string, steps: Steps): Owners | null {
  const path = file.split('/');
  const inTime = (pattern: string, segment: string) => matchesSegment(pattern, segment, steps);
  const line = lines.findLast(({ segments }) => steps.left < 0 || glob(segments, path, '**', inTime, steps));
  if (steps.left < 0) return undecidable;
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
    else if (isEmail(name)) emails.push(name);
    else return null;
  }
  return { people, teams, emails };
}

/** Without a pattern that could be tried in many ways: the file is as long as its writer likes. */
function isEmail(name: string): boolean {
  const [local = '', domain = '', ...more] = name.split('@');
  return local !== '' && domain.slice(1, -1).includes('.') && more.length === 0 && !/\s/.test(name);
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

function matchesSegment(pattern: string, segment: string, steps: Steps): boolean {
  steps.left -= pattern.length >> 4;
  if (!/[*?\\]/.test(pattern)) return pattern === segment;
  steps.left -= pattern.length;
  const letters = pattern.match(/\\.|[^\\]|\\/gsu) ?? [];
  const fits = (letter: string, met: string) =>
    letter === '?' ? true : (letter.length > 1 ? letter.slice(1) : letter) === met;
  return glob(letters, [...segment], '*', fits, steps);
}

interface Steps {
  left: number;
}

/** A wildcard match in time of at most pattern × text: `star` stands for any number of units, also none. */
function glob(
  pattern: readonly string[],
  text: readonly string[],
  star: string,
  matches: (part: string, unit: string) => boolean,
  steps: Steps,
): boolean {
  const open = pattern.at(-1) === inside;
  const parts = open ? pattern.slice(0, -2) : pattern;
  let [at, part, starAt, resume] = [0, 0, -1, 0];
  while (at < text.length) {
    if (steps.left-- < 0) return false;
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
