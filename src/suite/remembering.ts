import type { Remembered } from '../approval/remembered.ts';
import type { RuntimeAction } from '../policy/action.ts';
import { compileMatcher } from '../policy/match.ts';
import { readOrganisationFile } from '../policy/organisation.ts';
import type { PolicyText } from '../policy/parse.ts';
import type { Remember } from '../policy/remember.ts';
import type { MatcherSpec } from '../policy/schema/rules.ts';
import { unitsOf } from '../policy/units.ts';
import { redactText } from '../report/redaction.ts';

export type EditLink = (source: PolicyText['source'], line: number | null) => string | null;

/** Distinct runtime actions that are kept to say what an exception would let pass. */
const maximumSeen = 2_000;
const maximumListed = 10;
/** Characters of a statement; longer ones would be the report's memory. */
const longestSeen = 20_000;

/** What a run has met, one of each shape, to be held against a proposed exception. */
export class Seen {
  readonly #actions = new Map<string, RuntimeAction>();

  note(line: string, action: RuntimeAction): void {
    if (action.kind === 'sql' && action.statement.length > longestSeen) return;
    const key = `${action.target.name}: ${line}`;
    if (this.#actions.size < maximumSeen && !this.#actions.has(key)) this.#actions.set(key, action);
  }

  /** Everything that may match: a name that was never resolved counts under every schema. */
  matching(specs: readonly MatcherSpec[]): { readonly matches: string[]; readonly more: number } {
    const matchers = specs.map((spec) => compileMatcher(spec, () => undefined));
    const found = [...this.#actions].flatMap(([line, action]) =>
      unitsOf(action, { relations: { known: false, why: '' } }).some((unit) =>
        matchers.some((matcher) => matcher.match(unit, 'strict').answer !== 'no'),
      )
        ? [line]
        : [],
    );
    return { matches: found.slice(0, maximumListed), more: Math.max(0, found.length - maximumListed) };
  }
}

/** A proposal as the report carries it, with what it would match of all that was met so far. */
export function rememberedOf(
  { rule, source, line, place, entry, why, matchers }: Remember,
  seen: Seen,
  edit: EditLink,
): Remembered {
  const listed = matchers.length === 0 ? { matches: [], more: 0 } : seen.matching(matchers);
  return {
    rule: rule.slice(0, 200),
    file: source?.file.slice(0, 1000) ?? null,
    line,
    place: place.slice(0, 400),
    // a cut entry would be another one
    entry: entry !== null && entry.length <= 2000 ? entry : null,
    why: entry !== null && entry.length > 2000 ? 'it would be too long' : (why?.slice(0, 500) ?? null),
    organisation: source?.from === 'organisation',
    edit: source === null ? null : edit(source, line),
    ...listed,
  };
}

/** GitHub's editor at the file that has the rule; null where it is on no branch. */
export function editLink(server: string | undefined, repository: string | null): EditLink {
  return ({ file, branch }, line) => {
    const shared = readOrganisationFile(file);
    const owner = shared?.repository ?? repository;
    if (owner === null || branch === null) return null;
    const path = [branch, shared?.path ?? file].join('/').split('/').map(encodeURIComponent).join('/');
    return `${server ?? 'https://github.com'}/${owner}/edit/${path}${line === null ? '' : `#L${line}`}`;
  };
}

/** An exception that would name a secret is not proposed: the policy file is for everyone to read. */
export function withoutSecrets(
  proposals: readonly Remember[],
  secrets: readonly string[],
): readonly Remember[] {
  return proposals.map((one) =>
    one.entry === null || redactText(one.entry, secrets) === one.entry
      ? one
      : { ...one, entry: null, matchers: [], why: 'a secret would stand in it' },
  );
}
