/**
 * Who may decide by which way, as the App is tested for (permission-matrix.test.ts) and as
 * docs/who-may-decide.md says it: one table for both.
 */
export const ways = {
  comment: '`/approve ID` in a comment',
  review: '`/approve ID` in a review',
  button: 'button (webhook)',
  page: 'button on the page',
  glass: '`/approve! ID -- reason`',
} as const;
export type Way = keyof typeof ways;

/** `unheard`: no answer either, or two bots would talk for ever. */
export type Outcome = 'counts' | 'refused' | 'unheard';

export interface Kind {
  readonly login: string;
  readonly who: string;
  /** What the App answers where it refuses. */
  readonly because: RegExp;
  readonly outcomes: Readonly<Record<Way, Outcome>>;
}

const never = {
  comment: 'refused',
  review: 'refused',
  button: 'refused',
  page: 'refused',
  glass: 'refused',
} as const;
const always = {
  comment: 'counts',
  review: 'counts',
  button: 'counts',
  page: 'counts',
  glass: 'counts',
} as const;
const bots = { ...never, comment: 'unheard', review: 'unheard', glass: 'unheard' } as const;
const less = /asked for: .*role maintain or higher|asked for: to break the glass: role admin or higher/;
const noPerson = /is not a person \(Bot\)/;

/** All but the roles below have role admin too, so that nothing but what they are stands against them. */
export const kinds: readonly Kind[] = [
  { login: 'ada', who: 'admin', because: /^$/, outcomes: always },
  { login: 'alice', who: 'maintain', because: less, outcomes: { ...always, glass: 'refused' } },
  { login: 'will', who: 'write', because: less, outcomes: never },
  { login: 'tina', who: 'triage', because: less, outcomes: never },
  { login: 'rita', who: 'read', because: less, outcomes: never },
  { login: 'nora', who: 'no role (any more)', because: less, outcomes: never },
  { login: 'wanda', who: 'author, an admin', because: /opened this pull request/, outcomes: never },
  { login: 'carl', who: 'contributor, an admin', because: /pushed to this pull request/, outcomes: never },
  { login: 'sue', who: 'suspended, an admin', because: /suspended or gone/, outcomes: never },
  { login: 'robot[bot]', who: 'bot with role admin', because: noPerson, outcomes: bots },
  { login: 'jit-approval[bot]', who: 'our App', because: noPerson, outcomes: bots },
  { login: 'helpful[bot]', who: 'another App', because: noPerson, outcomes: bots },
];

const words: Readonly<Record<Outcome, string>> = {
  counts: '**counts**',
  refused: 'refused',
  unheard: 'not heard',
};

/** The table of docs/who-may-decide.md. */
export function permissionTable(): string[] {
  const all = Object.keys(ways).filter((way): way is Way => way in ways);
  return [
    `| who | ${all.map((way) => ways[way]).join(' | ')} |`,
    `| --- |${' --- |'.repeat(all.length)}`,
    ...kinds.map(({ who, outcomes }) => `| ${who} | ${all.map((way) => words[outcomes[way]]).join(' | ')} |`),
  ];
}
