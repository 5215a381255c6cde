import type { Event, Observed, Shape, Terms, Who } from './events.ts';

/**
 * The reference: what approvals mean, told a second time and as plainly as possible. It takes events one after
 * the other and keeps lists; it knows no fingerprints, no ledger, no fold, and shares no line with the code.
 */
interface Approval extends Shape {
  readonly by: Who;
  readonly open: boolean;
  readonly at: number;
  readonly head: number;
  readonly index: number;
}

interface Report extends Shape {
  readonly index: number;
  readonly attempt: number;
  readonly ran: boolean;
  readonly count: number;
  readonly forged: boolean;
}

export interface Reference {
  readonly index: number;
  readonly hours: number;
  readonly head: 1 | 2;
  readonly rule: 'a' | 'b';
  readonly pushers: readonly Who[];
  /** Approvals that stand, and those that a revoke took away. */
  readonly approvals: readonly Approval[];
  readonly revoked: readonly Approval[];
  readonly denials: readonly Shape[];
  /** Every approval ever given, and by index those that a run has used. */
  readonly given: readonly Approval[];
  readonly spent: readonly number[];
  /** The approvals that stood after each vote. */
  readonly moments: readonly { readonly hours: number; readonly approvals: readonly Approval[] }[];
  readonly reports: Readonly<Record<1 | 2, readonly Report[]>>;
  readonly last: Shape;
  /** Index of the last request to run again, and what was asked of which attempt on which head. */
  readonly asked: Readonly<
    Record<1 | 2, { readonly attempt: number; readonly index: number; readonly sure: boolean } | null>
  >;
}

const first: Report = { index: 0, value: 1, rule: 'a', attempt: 1, ran: false, count: 1, forged: false };

export const beginning: Reference = {
  index: 0,
  hours: 0,
  head: 1,
  rule: 'a',
  pushers: [],
  approvals: [],
  revoked: [],
  denials: [],
  given: [],
  spent: [],
  moments: [],
  reports: { 1: [first], 2: [] },
  last: first,
  asked: { 1: null, 2: null },
};

const speaksOf = (vote: Approval, { rule, value }: Shape) =>
  vote.rule === rule && (vote.open || vote.value === value);
const is = (a: Shape, b: Shape) => a.rule === b.rule && a.value === b.value;

export function happen(was: Reference, event: Event, terms: Terms): Reference {
  const now = { ...was, index: was.index + 1 };
  switch (event.type) {
    case 'approve':
    case 'deny':
    case 'revoke':
      return remember(vote(now, event));
    case 'again':
      return now;
    case 'push':
      return { ...now, head: event.head, pushers: [...now.pushers, event.by] };
    case 'rule':
      return { ...now, rule: now.rule === 'a' ? 'b' : 'a' };
    case 'retarget':
      return now;
    case 'tick':
      return { ...now, hours: now.hours + 13 };
    case 'report':
      return report(now, event, terms);
    case 'app': {
      if (!isDue(now, terms)) return now;
      const attempt = now.reports[now.head].length;
      const index = now.asked[now.head]?.attempt === attempt ? (now.asked[now.head]?.index ?? 0) : now.index;
      return { ...now, asked: { ...now.asked, [now.head]: { attempt, index, sure: !event.crash } } };
    }
  }
}

function vote(now: Reference, event: Extract<Event, { type: 'approve' | 'deny' | 'revoke' }>): Reference {
  const { last } = now;
  if (event.type === 'approve') {
    const given: Approval = {
      ...{ value: last.value, rule: last.rule, by: event.by, open: event.open },
      ...{ at: now.hours, head: now.head, index: now.index },
    };
    const voted = { ...now, given: [...now.given, given] };
    // while a denial stands nobody's approval is one
    if (now.denials.some((denial) => speaksOf(given, denial))) return voted;
    return { ...voted, approvals: [...now.approvals, given] };
  }
  const left = now.approvals.filter((approval) => !speaksOf(approval, last));
  if (event.type === 'deny') {
    const revoked = now.revoked.filter((approval) => !speaksOf(approval, last));
    return { ...now, approvals: left, revoked, denials: [...now.denials, last] };
  }
  const gone = now.approvals.filter((approval) => speaksOf(approval, last));
  const denials = now.denials.filter((denial) => !is(denial, last));
  return { ...now, approvals: left, revoked: [...now.revoked, ...gone], denials };
}

function remember(now: Reference): Reference {
  return { ...now, moments: [...now.moments, { hours: now.hours, approvals: now.approvals }] };
}

function report(now: Reference, event: Extract<Event, { type: 'report' }>, terms: Terms): Reference {
  const shape: Shape = { value: event.value, rule: now.rule };
  const wasAllowed = now.moments.some(
    ({ hours, approvals }) =>
      people(
        approvals.filter((one) => speaksOf(one, shape) && isLeft(now, terms, one)),
        {
          ...{ hours, head: now.head, pushers: [] },
          terms,
        },
      ).length >= terms.count,
  );
  const told = {
    ...{ ...shape, ran: event.ran, count: event.count, attempt: now.reports[now.head].length + 1 },
    index: now.index,
    forged: event.ran && !wasAllowed,
  };
  const used = event.ran ? now.given.filter((one) => speaksOf(one, shape)).map((one) => one.index) : [];
  const reports = { ...now.reports, [now.head]: [...now.reports[now.head], told] };
  return { ...now, spent: [...now.spent, ...used], reports, last: shape };
}

/** An approval for one run is gone once a run has used it. */
function isLeft(now: Reference, { uses }: Terms, vote: Approval): boolean {
  return uses !== 'once' || !now.spent.includes(vote.index);
}

interface At {
  readonly hours: number;
  readonly head: number;
  readonly pushers: readonly Who[];
  readonly terms: Terms;
}

/** The distinct people whose say counts: each by the latest thing they said. */
function people(approvals: readonly Approval[], { hours, head, pushers, terms }: At): readonly Approval[] {
  const latest = new Map<Who, Approval>();
  for (const one of approvals) {
    const counts =
      one.by !== 'author' &&
      !pushers.includes(one.by) &&
      one.at + 24 > hours &&
      (terms.scope === 'pull-request' || one.head === head);
    if (counts) latest.set(one.by, one);
  }
  return [...latest.values()];
}

const anyTime = Number.NEGATIVE_INFINITY;
const at = (now: Reference, terms: Terms, hours = now.hours): At => ({
  hours,
  head: now.head,
  pushers: now.pushers,
  terms,
});

/** What lets this action run: who, and how many executions per job. Null when nothing does. */
function allowance(now: Reference, terms: Terms, shape: Shape, open: boolean): number | null {
  if (shape.rule !== now.rule || now.denials.some((denial) => is(denial, shape))) return null;
  const votes = now.approvals.filter(
    (one) => speaksOf(one, shape) && (one.open || !open) && isLeft(now, terms, one),
  );
  const who = people(votes, at(now, terms));
  if (who.length < terms.count) return null;
  const each = who.map((one) =>
    one.head === now.head && terms.uses !== 'once'
      ? Number.POSITIVE_INFINITY
      : shown(now, one, shape, open, terms),
  );
  return each.sort((a, b) => b - a)[terms.count - 1] ?? null;
}

/** The most executions in one attempt on the head where the vote was given; for one run: that the voter had seen. */
function shown(now: Reference, vote: Approval, shape: Shape, open: boolean, terms: Terms): number {
  const reports = now.reports[vote.head === 1 ? 1 : 2];
  const fitting = reports.filter((one) => one.rule === shape.rule && (open || one.value === shape.value));
  const seen = terms.uses === 'once' ? fitting.filter((one) => one.index < vote.index) : fitting;
  return Math.max(1, ...seen.map((one) => one.count));
}

function isKnown(now: Reference, shape: Shape): boolean {
  return [...now.reports[1], ...now.reports[2]].some((one) => is(one, shape));
}

function answer(now: Reference, terms: Terms, shape: Shape): string {
  if (now.denials.some((denial) => is(denial, shape))) return 'denied';
  // an approval that leaves the value open covers values that nobody has met yet
  const wide = allowance(now, terms, shape, true);
  const exact = isKnown(now, shape) ? allowance(now, terms, shape, false) : null;
  const uses = wide ?? exact;
  return uses === null ? 'none' : `granted ${Number.isFinite(uses) ? uses : 'any'}`;
}

function status(now: Reference, terms: Terms, shape: Shape): string {
  const here = now.reports[now.head].at(-1);
  if (here === undefined || !is(here, shape)) return 'superseded';
  if (now.denials.some((denial) => is(denial, shape))) return 'denied';
  if (shape.rule !== now.rule) return 'held';
  const speaking = now.approvals.filter((one) => speaksOf(one, shape));
  const unspent = speaking.filter((one) => isLeft(now, terms, one));
  const enough = (votes: readonly Approval[], when: At) => people(votes, when).length >= terms.count;
  if (here.ran) {
    if (enough(speaking, at(now, terms))) return 'approved';
    const stood = speaking.some((last) =>
      enough(
        speaking.filter((one) => one.index <= last.index),
        at(now, terms, last.at),
      ),
    );
    if (stood) return 'approved';
  } else if (enough(unspent, at(now, terms))) {
    const fits = [false, true].some((open) => {
      const uses = allowance(now, terms, shape, open);
      return uses !== null && here.count <= uses;
    });
    return fits ? 'approved' : 'held';
  }
  if (enough(unspent, at(now, terms, anyTime))) return 'expired';
  if (enough(speaking, at(now, terms, anyTime))) return 'held';
  return now.revoked.some((one) => speaksOf(one, shape)) ? 'revoked' : 'held';
}

/** Everything decided, something approved that has not run, and that since the last time we asked. */
function isDue(now: Reference, terms: Terms): boolean {
  const here = now.reports[now.head].at(-1);
  if (here === undefined) return false;
  const asked = now.asked[now.head];
  if (asked?.attempt === here.attempt) return !asked.sure;
  if (here.ran || status(now, terms, here) !== 'approved') return false;
  if (asked === null) return true;
  const before = people(
    now.approvals.filter((one) => speaksOf(one, here) && isLeft(now, terms, one)),
    at(now, terms),
  ).filter((one) => one.index < asked.index);
  return before.length < terms.count;
}

export function observe(now: Reference, terms: Terms): Observed {
  const here = now.reports[now.head].at(-1);
  const rules = ['a', 'b'] as const;
  return {
    status: status(now, terms, now.last),
    answers: rules.flatMap((rule) => ([1, 2] as const).map((value) => answer(now, terms, { rule, value }))),
    forged: here?.forged === true && here.rule === now.rule,
    due: isDue(now, terms),
  };
}
