import type { HoldRequirement } from './requirement.ts';

/** Who somebody is, as GitHub says at the time of the decision. Never `author_association`. */
export interface Person {
  readonly login: string;
  readonly id: number;
  /** `User`, `Bot`, `Organization`, `Mannequin`: only users decide. */
  readonly type: string;
  /** `role_name` of the collaborator-permission endpoint; null without any access. */
  readonly roleName: string | null;
  /** `permission` of the same answer: what a custom role is built on. */
  readonly baseRole?: string | null;
  /** Those of the teams asked about (`org/slug`) in which the membership is active. */
  readonly teams: readonly string[];
}

export interface Authority {
  readonly allowed: boolean;
  /** For people: why, and what is asked for. */
  readonly sentence: string;
}

const ranks: readonly string[] = ['read', 'triage', 'write', 'maintain', 'admin'];

/**
 * May this person decide what this requirement holds? The one function behind every path: comment, review,
 * button, page and command line.
 */
export function authorize(question: {
  readonly person: Person;
  readonly requirement: HoldRequirement;
  readonly pull: { readonly author: string; readonly contributors: readonly string[] };
}): Authority {
  const { person, requirement, pull } = question;
  if (person.type !== 'User')
    return no(`${person.login} is not a person (${person.type}); only people decide`);
  if (!requirement.author && same(person.login, pull.author))
    return no(
      `${person.login} opened this pull request, and the author's approval does not count; ask somebody else`,
    );
  if (!requirement.contributors && pull.contributors.some((login) => same(login, person.login)))
    return no(
      `${person.login} pushed to this pull request, and whoever did does not count; ask somebody else`,
    );
  const ground = groundOf(person, requirement);
  if (ground !== null) return { allowed: true, sentence: `${person.login} may decide: ${ground}` };
  return no(`${person.login} has ${roleWords(person)}; asked for: ${wanted(requirement)}`);
}

/** Those of the requirements, by rule id, that this person satisfies: what a vote records. */
export function satisfied(
  person: Person,
  requirements: readonly HoldRequirement[],
  pull: { readonly author: string; readonly contributors: readonly string[] },
): readonly string[] {
  return requirements
    .filter((requirement) => authorize({ person, requirement, pull }).allowed)
    .map((requirement) => requirement.ruleId);
}

/** The role by its rank; a custom role counts as what it is built on. Null without any access. */
function standardRole(person: Person): string | null {
  if (person.roleName !== null && ranks.includes(person.roleName)) return person.roleName;
  const base = person.baseRole ?? null;
  // a custom role without a known base proves nothing
  return base !== null && ranks.includes(base) ? base : null;
}

function groundOf(person: Person, { from }: HoldRequirement): string | null {
  const role = standardRole(person);
  if (from.role !== null && role !== null) {
    const asked = ranks.indexOf(from.role);
    if (asked >= 0 && ranks.indexOf(role) >= asked) return `role ${person.roleName ?? role}`;
  }
  const team = from.teams.find((name) => person.teams.some((mine) => same(mine, name)));
  if (team !== undefined) return `member of ${team}`;
  return from.users.some((login) => same(login, person.login)) ? 'named in the policy' : null;
}

/** Who is asked for, in words. */
export function wanted({ from, count }: HoldRequirement): string {
  const kinds = [
    ...(from.role === null ? [] : [`role ${from.role} or higher`]),
    ...from.teams.map((team) => `a member of ${team}`),
    ...from.users,
  ];
  if (kinds.length === 0) return 'nobody (the policy names no one)';
  return `${count === 1 ? 'one person' : `${count} people`} with ${kinds.join(', or ')}`;
}

function roleWords(person: Person): string {
  return person.roleName === null ? 'no role in this repository' : `role ${person.roleName}`;
}

/** Logins and team names are case-insensitive on GitHub. */
export function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function no(sentence: string): Authority {
  return { allowed: false, sentence };
}
