import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { RecordedFact } from '../../src/approval/facts.ts';
import { binding, fingerprint } from '../../src/approval/fingerprint.ts';
import type { ActionForm } from '../../src/approval/form.ts';
import { matchDecision } from '../../src/approval/grant.ts';
import { tally } from '../../src/approval/tally.ts';
import { asks, formOf, granted, head1, head2, hour, reported, requirement, Story, value } from './story.ts';

const rules = ['a', 'b'].map((id) => ({ id, digest: 'a'.repeat(64) }));
const requirements = [requirement({ ruleId: 'a', count: 2 }), requirement({ ruleId: 'b', count: 1 })];
const uuid = (digit: string) => `3f2504e0-4f89-41d3-9a0c-0305e82c330${digit}`;
const forms = ['1', '2', '3'].map((digit) => formOf([value('id', uuid(digit)), value('name', 'x')], rules));
const people = ['maria', 'dana', 'tom', 'author'];

const form = fc.constantFrom(...forms);
const approve = Array.from({ length: 6 }, () => 'approve' as const);
const push = fc.record({
  what: fc.constant('push' as const),
  head: fc.constantFrom(head1, head2),
  by: fc.constantFrom(...people),
});
const report = fc.record({
  what: fc.constant('report' as const),
  attempt: fc.integer({ min: 1, max: 3 }),
  head: fc.constantFrom(head1, head2),
  actions: fc.array(fc.record({ form, ran: fc.boolean(), open: fc.boolean() }), { maxLength: 3 }),
  invalid: fc.constantFrom(null, null, 'no zip'),
});
const vote = fc.record({
  what: fc.constant('vote' as const),
  vote: fc.constantFrom(...approve, 'deny', 'revoke'),
  form,
  by: fc.constantFrom(...people),
  open: fc.boolean(),
  satisfies: fc.constantFrom(['a', 'b'], ['a', 'b'], ['a'], ['b'], []),
  head: fc.constantFrom(head1, head2),
  comment: fc.option(fc.integer({ min: 1, max: 20 }), { nil: null }),
});
const wait = fc.record({ what: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 20 }) });
const event = fc.oneof(
  { arbitrary: push, weight: 1 },
  { arbitrary: report, weight: 3 },
  { arbitrary: vote, weight: 8 },
  { arbitrary: wait, weight: 1 },
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

function telling(events: readonly Event[]): Story {
  // every action is known from the start: nobody votes on what was never reported
  const told = new Story().pull().ran(forms.map((each) => reported(each)));
  for (const one of events) tell(told, one);
  return told;
}

function tell(told: Story, one: Event): void {
  if (one.what === 'push') told.pull({ head: one.head, pushedBy: one.by === 'tom' ? 'tom' : null });
  if (one.what === 'wait') told.wait(one.hours * hour);
  if (one.what === 'report') {
    const actions = one.actions.map(({ form: each, ran, open }) =>
      ran ? granted(each, open ? { grant: binding(each, ['id']) } : {}) : reported(each),
    );
    const { attempt, head, invalid } = one;
    told.run({ runId: head === head1 ? 100 : 200, attempt, head });
    told.report(actions, { runId: head === head1 ? 100 : 200, attempt, head, invalid });
  }
  if (one.what === 'vote') {
    const source = one.comment === null ? {} : { source: `comment:${one.comment}` };
    const more = {
      varying: one.open ? ['id'] : [],
      satisfies: [...one.satisfies],
      head: one.head,
      ...source,
    };
    told.vote(one.vote, one.form, one.by, more);
  }
}

const stories = fc.array(event, { minLength: 8, maxLength: 25 });
const fold = (facts: readonly RecordedFact[], now: number) => tally(facts, asks(...requirements), now);

/** What a naive reader would count: distinct people who ever approved something that covers the form. */
function everApproved(told: Story, each: ActionForm, rule: string): number {
  const people = told.facts.flatMap((fact) =>
    fact.type === 'vote' &&
    fact.vote === 'approve' &&
    fact.satisfies.includes(rule) &&
    fact.by !== 'author' &&
    binding(each, fact.varying) === fact.binds &&
    Date.parse(fact.at) + 24 * hour > told.now
      ? [fact.by]
      : [],
  );
  return new Set(people).size;
}

/** Was the last word that speaks of this action a deny or a revoke, in whatever order a ledger can know it? */
function forbidden(told: Story, each: ActionForm): boolean {
  const votes = told.facts.filter(
    (fact) =>
      fact.type === 'vote' &&
      (fact.fingerprint === fingerprint(each) || binding(each, fact.varying) === fact.binds),
  );
  const last = votes.at(-1);
  return last?.type === 'vote' && last.vote !== 'approve' && !last.source.startsWith('comment:');
}

describe('for every story', () => {
  test('facts in any order of arrival give the same state', () => {
    fc.assert(
      fc.property(stories, fc.infiniteStream(fc.nat()), (events, random) => {
        const told = telling(events);
        const shuffled = told.facts
          .map((fact) => ({ fact, order: random.next().value ?? 0 }))
          .sort((a, b) => a.order - b.order)
          .map(({ fact }) => fact);
        assert.deepEqual(fold(shuffled, told.now), fold(told.facts, told.now));
      }),
      { numRuns: 150 },
    );
  });

  test('facts told twice change nothing', () => {
    fc.assert(
      fc.property(stories, (events) => {
        const told = telling(events);
        assert.deepEqual(fold([...told.facts, ...told.facts], told.now), fold(told.facts, told.now));
      }),
      { numRuns: 150 },
    );
  });

  test('a denied or revoked action never runs', () => {
    let looked = 0;
    fc.assert(
      fc.property(stories, (events) => {
        const told = telling(events);
        const state = fold(told.facts, told.now);
        assert.ok(state !== null);
        for (const each of forms.filter((one) => forbidden(told, one))) {
          looked++;
          const found = matchDecision(state.decisions, each, new Map(), told.now);
          assert.notEqual(found.kind, 'granted');
          assert.ok(state.decisions.grants.every((grant) => binding(each, grant.varying) !== grant.binds));
        }
      }),
      { numRuns: 300 },
    );
    assert.ok(looked > 3, `${looked} denied or revoked actions were looked at`);
  });

  test('nothing runs without enough distinct people for each rule', () => {
    let grants = 0;
    fc.assert(
      fc.property(stories, (events) => {
        const told = telling(events);
        const state = fold(told.facts, told.now);
        assert.ok(state !== null);
        for (const each of forms)
          if (matchDecision(state.decisions, each, new Map(), told.now).kind === 'granted') {
            grants++;
            assert.ok(everApproved(told, each, 'a') >= 2);
            assert.ok(everApproved(told, each, 'b') >= 1);
          }
      }),
      { numRuns: 600, seed: 7 },
    );
    // or the property would hold of nothing
    assert.ok(grants > 1, `${grants} grants were looked at`);
  });
});
