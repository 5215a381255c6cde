import type { Fact, RecordedFact } from '../../../src/approval/facts.ts';
import { fingerprint } from '../../../src/approval/fingerprint.ts';
import type { ActionForm } from '../../../src/approval/form.ts';
import { type Decisions, matchDecision } from '../../../src/approval/grant.ts';
import { rerunsDue } from '../../../src/approval/retrigger.ts';
import type { PullState } from '../../../src/approval/state.ts';
import { tally } from '../../../src/approval/tally.ts';
import { asks, formOf, hour, requirement, Story, value } from '../story.ts';
import type { Event, Observed, Shape, Terms } from './events.ts';

const digests = { a: 'a'.repeat(64), b: 'b'.repeat(64) } as const;
const uuids = {
  1: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  2: '9b2d1c1e-7a55-4b52-8f10-5f6f3f4b2a77',
} as const;
const heads = { 1: '1'.repeat(40), 2: '2'.repeat(40) } as const;
const ids = { maria: 1, dana: 2, author: 3 } as const;

const rules = ['a', 'b'] as const;
const forms = new Map<string, ActionForm>(
  rules.flatMap((rule) =>
    ([1, 2] as const).map((each): [string, ActionForm] => [
      `${rule}${each}`,
      formOf([value('id', uuids[each]), value('name', 'x')], [{ id: 'bulk-delete', digest: digests[rule] }]),
    ]),
  ),
);
const formBy = ({ rule, value: each }: Shape) => forms.get(`${rule}${each}`) ?? formOf([]);

/** Everything that differs from what was ever asked about: of another shape, value, target, role or rule. */
const strangers: readonly ActionForm[] = [...forms.values()].flatMap((form) => [
  { ...form, shape: ['DELETE FROM users WHERE id = ', ' AND name = ', ''] },
  { ...form, target: 'production-db' },
  { ...form, role: 'admin' },
  { ...form, relations: ['other.users'] },
  { ...form, values: form.values.map((each) => (each.name === 'name' ? { ...each, text: 'y' } : each)) },
  { ...form, rules: [{ id: 'bulk-delete', digest: 'c'.repeat(64) }] },
]);

const released = new Map<string, readonly ActionForm[]>();
const isGranted = (decisions: Decisions, form: ActionForm, now: number) =>
  matchDecision(decisions, form, new Map(), now).kind === 'granted';

/** The same events as the App would record them, folded by the real core. */
export class World {
  readonly story = new Story().pull({ pushedBy: null });
  head: 1 | 2 = 1;
  rule: 'a' | 'b' = 'a';
  base = 'main';
  attempts = { 1: 0, 2: 0 };
  last: Shape = { value: 1, rule: 'a' };
  /** What the App asked GitHub for, by head and attempt. */
  readonly asked: string[] = [];

  readonly terms: Terms;

  constructor(terms: Terms) {
    this.terms = terms;
    this.happen({ type: 'report', ran: false, value: 1, count: 1 });
  }

  get facts(): readonly RecordedFact[] {
    return this.story.facts;
  }

  happen(event: Event): void {
    const { story } = this;
    switch (event.type) {
      case 'approve':
        story.approve(formBy(this.last), event.by, {
          ...this.voter(event.by),
          varying: event.open ? ['id'] : [],
        });
        return;
      case 'deny':
      case 'revoke':
        story.vote(event.type, formBy(this.last), event.by, this.voter(event.by));
        return;
      case 'again': {
        const newest = story.facts.findLast((fact) => fact.type === 'vote');
        if (newest !== undefined) story.tell(withoutSequence(newest));
        return;
      }
      case 'push':
        this.head = event.head;
        story.pull({ head: heads[event.head], base: this.base, pushedBy: event.by });
        return;
      case 'retarget':
        this.base = this.base === 'main' ? 'release' : 'main';
        story.pull({ head: heads[this.head], base: this.base, pushedBy: null });
        return;
      case 'rule':
        this.rule = this.rule === 'a' ? 'b' : 'a';
        return;
      case 'tick':
        story.wait(13 * hour);
        return;
      case 'report':
        this.report(event);
        return;
      case 'app':
        this.app(event.crash);
    }
  }

  private voter(by: keyof typeof ids) {
    // `satisfies` says so even of the author: the fold must not believe it of who may never decide
    return { byId: ids[by], head: heads[this.head], source: `delivery:${this.story.facts.length}` };
  }

  private report({ ran, value: each, count }: Extract<Event, { type: 'report' }>): void {
    this.last = { value: each, rule: this.rule };
    const form = formBy(this.last);
    const attempt = ++this.attempts[this.head];
    const where = { runId: this.head * 100, attempt, head: heads[this.head] };
    const outcome = ran ? 'granted' : 'held';
    const action = { ...reportedBy(form), outcome, grant: ran ? fingerprint(form) : null, count } as const;
    this.story.ran([action], where);
  }

  private app(crash: boolean): void {
    for (const due of rerunsDue(this.state())) {
      const asked = { runId: due.runId, attempt: due.attempt };
      if (!due.asked) this.story.rerun({ ...asked, outcome: 'asked' });
      // dead before GitHub heard of it; whether it did is read from the run's attempt by whoever comes next
      if (crash) continue;
      this.asked.push(`${due.runId}/${due.attempt}`);
      this.story.rerun({ ...asked, outcome: 'done' });
    }
  }

  state(facts: readonly RecordedFact[] = this.facts): PullState {
    const { count, scope, uses } = this.terms;
    const terms = requirement({ digest: digests[this.rule], count, scope, uses });
    const state = tally(facts, asks(terms), this.story.now);
    if (state === null) throw new Error('the world has a pull request');
    return state;
  }

  observe(state: PullState = this.state()): Observed {
    const last = fingerprint(formBy(this.last));
    const { decisions, problems } = state;
    return {
      status: state.holds.find((hold) => hold.fingerprint === last)?.status ?? 'unknown',
      answers: [...forms.values()].map((form) => {
        const found = matchDecision(decisions, form, new Map(), this.story.now);
        return found.kind === 'granted' ? `granted ${found.grant.uses ?? 'any'}` : found.kind;
      }),
      forged: problems.length > 0,
      due: rerunsDue(state).length > 0,
    };
  }

  /** Actions that nobody ever asked about and that would run all the same. */
  released({ decisions }: PullState): readonly ActionForm[] {
    const { now } = this.story;
    // what a stranger is told depends on the grants alone, and few sets of grants ever come up
    const key = JSON.stringify([decisions.grants.map(({ binds, varying }) => [binds, varying])]);
    const found = released.get(key) ?? strangers.filter((form) => isGranted(decisions, form, now));
    released.set(key, found);
    return found;
  }

  /** Undoes what came after: a search goes back and takes another way. */
  mark() {
    const { head, rule, base, last } = this;
    const [attempts, facts, asked, now] = [
      { ...this.attempts },
      this.facts.length,
      this.asked.length,
      this.story.now,
    ];
    return () => {
      Object.assign(this, { head, rule, base, last, attempts });
      this.story.facts.length = facts;
      this.asked.length = asked;
      this.story.now = now;
    };
  }
}

const reportedBy = (form: ActionForm) => ({
  ...{
    fingerprint: fingerprint(form),
    form,
    target: 'staging-db',
    reason: 'r',
    unbindable: null,
    steps: ['api'],
  },
  ...{ origin: null, ruleAt: null, unknown: [], checks: [] },
});

function withoutSequence({ sequence: _, ...fact }: RecordedFact): Fact {
  return fact as Fact;
}
