import { type Owners, undecidable } from './codeowners.ts';
import type { BreakGlass, HoldRequirement } from './requirement.ts';

/** Who somebody is, as GitHub says at the time of the decision. Never `author_association`. */
export interface Person {
  readonly login: string;
  readonly id: number;
  /** `User`, `Bot`, `Organization`, `Mannequin`: only users decide. */
  readonly type: string;
  /** True where GitHub says that the account is suspended, or shows it no more. */
  readonly suspended?: boolean;
  /** `role_name` of the collaborator-permission endpoint; null without any access. */
  readonly roleName: string | null;
  /** What a custom role is built on, by the same answer. */
  readonly baseRole?: string | null;
  /** Those of the teams asked about (`org/slug`) in which the membership is active. */
  readonly teams: readonly string[];
  /** Those that the App may not read: another organisation's, for instance. */
  readonly unreadTeams?: readonly string[];
}

/** An account by its number, which a new login does not change; by its login where no number is known. */
export interface Account {
  readonly login: string;
  readonly id: number | null;
}

/** Whose pull request it is. */
export interface Involved {
  readonly author: string;
  readonly authorId: number | null;
  readonly contributors: readonly Account[];
}

export interface Authority {
  readonly allowed: boolean;
  /** For people: why, and what is asked for. */
  readonly sentence: string;
}

const ranks: readonly string[] = ['read', 'triage', 'write', 'maintain', 'admin'];

/** Anybody who may decide by one of these. */
type Grounds = HoldRequirement['from'];

interface Question {
  readonly person: Person;
  readonly requirement: HoldRequirement;
  readonly pull: Involved;
}

/**
 * May this person decide what this requirement holds? The one function behind every path: comment, review,
 * button, page and command line.
 */
export function authorize({ person, requirement, pull }: Question): Authority {
  return decide(person, pull, requirement, requirement.from, () => wanted(requirement));
}

/** May this person approve alone, in an emergency? */
export function authorizeBreakGlass({ person, requirement, pull }: Question): Authority {
  const glass = requirement.breakGlass ?? null;
  if (glass === null)
    return no(`the policy lets nobody break the glass for rule ${requirement.ruleId} (approvals.breakGlass)`);
  return decide(person, pull, glass, glass, () => `to break the glass: ${kindsOf(glass).join(', or ')}`);
}

/** Those of the requirements, by rule id, that this person satisfies: what a vote records. */
export function satisfied(
  person: Person,
  requirements: readonly HoldRequirement[],
  pull: Involved,
): readonly string[] {
  return requirements
    .filter((requirement) => authorize({ person, requirement, pull }).allowed)
    .map((requirement) => requirement.ruleId);
}

/** The teams about which GitHub must be asked before anybody can be judged. */
export function teamsAsked(requirements: readonly HoldRequirement[]): readonly string[] {
  const teams = requirements.flatMap(({ from, breakGlass }) => [
    ...from.teams,
    ...(breakGlass?.teams ?? []),
    ...(from.owned?.owners ?? []).flatMap((owners) => owners.teams),
  ]);
  return [...new Set(teams.map((team) => team.toLowerCase()))];
}

function decide(
  person: Person,
  pull: Involved,
  counts: Pick<BreakGlass, 'author' | 'contributors'>,
  grounds: Grounds,
  asked: () => string,
): Authority {
  const { login } = person;
  if (person.type !== 'User') return no(`${login} is not a person (${person.type}); only people decide`);
  if (person.suspended === true) return no(`the account ${login} is suspended or gone; ask somebody else`);
  if (!counts.author && isAuthor(pull, person))
    return no(
      `${login} opened this pull request, and the author's approval does not count; ask somebody else`,
    );
  if (!counts.contributors && isContributor(pull, person))
    return no(`${login} pushed to this pull request, and whoever did does not count; ask somebody else`);
  const ground = groundOf(person, grounds);
  if (ground !== null) return { allowed: true, sentence: `${login} may decide: ${ground}` };
  return no(`${login} has ${roleWords(person)}; asked for: ${asked()}${unreadWords(person)}`);
}

export function isAuthor({ author, authorId }: Pick<Involved, 'author' | 'authorId'>, who: Account): boolean {
  return isSame({ login: author, id: authorId }, who);
}

export function isContributor({ contributors }: Pick<Involved, 'contributors'>, who: Account): boolean {
  return contributors.some((account) => isSame(account, who));
}

function isSame(a: Account, b: Account): boolean {
  return a.id === null || b.id === null ? same(a.login, b.login) : a.id === b.id;
}

/** The role by its rank; a custom role counts as what it is built on. Null without any access. */
function standardRole(person: Person): string | null {
  if (person.roleName !== null && ranks.includes(person.roleName)) return person.roleName;
  const base = person.baseRole ?? null;
  // a custom role without a known base proves nothing
  return base !== null && ranks.includes(base) ? base : null;
}

function hasRole(person: Person, asked: string): boolean {
  const role = standardRole(person);
  const rank = ranks.indexOf(asked);
  return role !== null && rank >= 0 && ranks.indexOf(role) >= rank;
}

function groundOf(person: Person, from: Grounds): string | null {
  if (from.role !== null && hasRole(person, from.role)) return `role ${person.roleName}`;
  const team = from.teams.find((name) => person.teams.some((mine) => same(mine, name)));
  if (team !== undefined) return `member of ${team}`;
  if (from.users.some((login) => same(login, person.login))) return 'named in the policy';
  const { owned } = from;
  if (owned === undefined || owned.owners.length === 0) return null;
  // as on GitHub, whoever may not write owns nothing
  const owns = hasRole(person, 'write') && owned.owners.every((owners) => isOwner(person, owners));
  return owns ? `owner of ${owned.file} by CODEOWNERS` : null;
}

function isOwner(person: Person, { people, teams }: Owners): boolean {
  return (
    people.some((login) => same(login, person.login)) ||
    teams.some((team) => person.teams.some((mine) => same(mine, team)))
  );
}

/** Who is asked for, in words. */
export function wanted({ from, count }: Pick<HoldRequirement, 'from' | 'count'>): string {
  const kinds = kindsOf(from);
  if (kinds.length === 0) return 'nobody (the policy names no one)';
  return `${count === 1 ? 'one person' : `${count} people`} with ${kinds.join(', or ')}`;
}

/** Who may approve alone in an emergency, in words. */
export function breakGlassWords({ breakGlass }: Pick<HoldRequirement, 'breakGlass'>): string {
  if (breakGlass === null || breakGlass === undefined) return 'nobody may break the glass';
  return `${kindsOf(breakGlass).join(', or ')} may break the glass${excluded(breakGlass)}`;
}

/** Whose approval does not count, to stand after who is asked for. */
export function excluded({ author, contributors }: Pick<BreakGlass, 'author' | 'contributors'>): string {
  const out = [...(author ? [] : ['the author']), ...(contributors ? [] : ['whoever pushed'])];
  return out.length === 0 ? '' : `, but not ${out.join(' or ')}`;
}

function kindsOf(from: Grounds): readonly string[] {
  return [
    ...(from.role === null ? [] : [`role ${from.role} or higher`]),
    ...from.teams.map((team) => `a member of ${team}`),
    ...from.users,
    ...(from.codeowners === true ? [ownerWords(from.owned)] : []),
  ];
}

/** Says why where CODEOWNERS names nobody, or nobody whom we can check. */
function ownerWords(owned: Grounds['owned']): string {
  if (owned === undefined || owned.file === null)
    return 'an owner by CODEOWNERS (the report names no file, so nobody is one)';
  const { file, owners } = owned;
  if (owners.length === 0) return `an owner of ${file} (CODEOWNERS names none)`;
  if (owners.includes(undecidable))
    return `an owner of ${file} (CODEOWNERS cannot be matched with it in time, so nobody is one)`;
  const named = owners.map(({ people, teams, emails }) => {
    const unknown = emails.map((email) => `${email}, an e-mail address, by which nobody can be checked`);
    return [...people, ...teams, ...unknown].join(', ');
  });
  return `write access and owner of ${file} (${named.join('; and also one of ')})`;
}

function roleWords(person: Person): string {
  return person.roleName === null ? 'no role in this repository' : `role ${person.roleName}`;
}

function unreadWords({ unreadTeams = [] }: Person): string {
  if (unreadTeams.length === 0) return '';
  return ` (the App may not read ${unreadTeams.join(', ')}: another organisation's, or \`members: read\` is missing)`;
}

/** Logins and team names are case-insensitive on GitHub. */
export function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function no(sentence: string): Authority {
  return { allowed: false, sentence };
}
