import type { RecordedFact } from './facts.ts';
import { undecided } from './offered.ts';
import type { HoldRequirement } from './requirement.ts';
import type { HoldState, PullState, RequirementState } from './state.ts';

/** One comment for everything that waits, told to those who can decide. */
export interface Reminder {
  readonly fingerprints: readonly string[];
  readonly body: string;
}

export interface Reminding {
  /** To write now; null when nothing is due. */
  readonly due: Reminder | null;
  /** When the next one is, milliseconds since the epoch; null when there is none. */
  readonly next: number | null;
}

/**
 * Who waits, and for how long yet. The time runs from the first vote that still counts, which it ends; without
 * one, from the first report. What was reminded of once is not again, and when one action is due all that wait
 * are named with it: one comment for a batch.
 */
export function reminding(facts: readonly RecordedFact[], state: PullState, now: number): Reminding {
  const told = new Set(facts.flatMap((fact) => (fact.type === 'reminder' ? fact.fingerprints : [])));
  // a draft's author has not asked anybody yet
  const open = state.open && !state.draft && state.head === state.currentHead;
  const waiting = open ? undecided(state).filter((hold) => hold.blocked === null) : [];
  const times = waiting
    .filter((hold) => !told.has(hold.fingerprint))
    .flatMap((hold) => remindAt(facts, hold) ?? []);
  const first = Math.min(...times);
  if (times.length === 0 || first > now) return { due: null, next: times.length === 0 ? null : first };
  const asked = waiting.filter((hold) =>
    hold.requirements.some(({ requirement }) => asksReminding(requirement)),
  );
  return {
    due: { fingerprints: asked.map(({ fingerprint }) => fingerprint), body: textOf(state, asked) },
    next: null,
  };
}

const asksReminding = ({ remindMs }: HoldRequirement) => (remindMs ?? null) !== null;

function remindAt(facts: readonly RecordedFact[], hold: HoldState): number | null {
  const times = hold.requirements
    .filter(({ met, requirement }) => !met && asksReminding(requirement))
    .map(
      ({ requirement }) =>
        since(facts, hold, requirement) + (requirement.expiresMs ?? 0) - (requirement.remindMs ?? 0),
    );
  return times.length === 0 ? null : Math.min(...times);
}

function since(facts: readonly RecordedFact[], hold: HoldState, { ruleId }: HoldRequirement): number {
  const votes = hold.approvals
    .filter((vote) => vote.satisfies.includes(ruleId))
    .map((vote) => Date.parse(vote.at));
  if (votes.length > 0) return Math.min(...votes);
  const reports = facts.flatMap((fact) =>
    fact.type === 'report' && fact.actions.some((action) => action.fingerprint === hold.fingerprint)
      ? [Date.parse(fact.at)]
      : [],
  );
  return Math.min(...reports);
}

/** Begins with a mention, as everything of ours does that is not the notice. */
function textOf(state: PullState, holds: readonly HoldState[]): string {
  const open = holds.flatMap((hold) => hold.requirements.filter(({ met }) => !met));
  const people = [...new Set(open.flatMap(mentions))].sort();
  const who = people.length > 0 ? people : [state.author].filter(isLogin);
  const ids = holds.flatMap(({ id }) => id ?? []);
  const what = ids.length === 1 ? 'this runtime action still waits' : 'these runtime actions still wait';
  return [
    `${who.map((name) => `@${name}`).join(' ')}: ${what} for a decision, and the time for it is running out.`,
    '',
    ...ids.map((id) => `- \`${id}\``),
    '',
    'The comment above says what they are and how to decide.',
  ].join('\n');
}

function mentions({ requirement: { from } }: RequirementState): readonly string[] {
  return [...from.teams.filter(isTeam), ...from.users.filter(isLogin)];
}

const isLogin = (name: string) => /^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/.test(name);
const isTeam = (name: string) => /^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/.test(name);
