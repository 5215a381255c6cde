import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Ballot, castVote } from '../../src/approval/cast-vote.ts';
import { voteFactSchema } from '../../src/approval/facts.ts';
import { binding, fingerprint } from '../../src/approval/fingerprint.ts';
import type { ActionForm } from '../../src/approval/form.ts';
import {
  deleteSeven,
  formOf,
  head1,
  head2,
  instant,
  person,
  reported,
  type Story,
  start,
  story,
  value,
} from './story.ts';

const form = formOf([value('id', '3f2504e0-4f89-41d3-9a0c-0305e82c3301'), value('name', 'x')]);
const held = (action: ActionForm = form) =>
  story()
    .pull()
    .ran([reported(action)]);

function cast(told: Story, over: Partial<Ballot> = {}, action: ActionForm = form) {
  const state = told.state();
  const hold = state.holds.find((one) => one.fingerprint === fingerprint(action));
  assert.ok(hold !== undefined);
  return castVote(state, hold, {
    vote: 'approve',
    varying: [],
    person: person('maria'),
    channel: 'comment',
    source: 'comment:7',
    reason: null,
    shownHead: null,
    needsWhole: false,
    at: instant(start),
    ...over,
  });
}

function why(told: Story, over: Partial<Ballot> = {}, action: ActionForm = form): string {
  const result = cast(told, over, action);
  assert.equal(result.kind, 'refused');
  return result.kind === 'refused' ? result.why : '';
}

describe('from a decision to a vote', () => {
  test('a maintainer’s approval becomes a fact that binds the form as we know it', () => {
    const result = cast(held(), { varying: ['id'], reason: 'fine' });
    assert.equal(result.kind, 'vote');
    if (result.kind !== 'vote') return;
    const fact = voteFactSchema.parse(result.fact);
    assert.equal(fact.binds, binding(form, ['id']));
    assert.deepEqual([fact.head, fact.by, fact.satisfies], [head1, 'maria', ['bulk-delete']]);
  });

  for (const vote of ['approve', 'deny', 'revoke'] as const)
    for (const channel of ['comment', 'review', 'button', 'page', 'cli'] as const) {
      const told = () => (vote === 'revoke' ? held().approve(form) : held());
      test(`${vote} by ${channel} is refused to the author, to a reader and to a bot`, () => {
        assert.match(why(told(), { vote, channel, person: person('author') }), /opened this pull request/);
        assert.match(
          why(told(), { vote, channel, person: person('eve', { roleName: 'read' }) }),
          /has role read/,
        );
        assert.match(
          why(told(), { vote, channel, person: person('x[bot]', { type: 'Bot' }) }),
          /not a person/,
        );
      });
    }

  test('a head that moved since it was shown is refused', () => {
    assert.match(why(held(), { shownHead: head2 }), /what you saw was 2222222, and the head is 1111111/);
    assert.equal(cast(held(), { shownHead: head1 }).kind, 'vote');
  });

  test('what the head does not report cannot be approved, but can be denied', () => {
    const pushed = held().pull({ head: head2 });
    assert.match(why(pushed), /not reported on the head 2222222/);
    assert.equal(cast(pushed, { vote: 'deny' }).kind, 'vote');
  });

  test('a standing denial is named before anything else can be approved', () => {
    assert.match(
      why(held().vote('deny', form, 'dana')),
      /denied by dana; first dana or an approver takes that back with `\/revoke /,
    );
  });

  test('a field that cannot vary is refused with those that can', () => {
    assert.match(why(held(), { varying: ['name'] }), /"name" cannot vary; these can: id/);
    assert.match(why(held(deleteSeven), { varying: ['id'] }, deleteSeven), /no value of it can/);
  });

  test('what is too long to be shown whole takes no button', () => {
    const long = formOf([value('note', 'x'.repeat(20_000))]);
    assert.match(why(held(long), { needsWhole: true }, long), /too long to be shown whole/);
    assert.equal(cast(held(long), {}, long).kind, 'vote');
  });

  test('there must be something to revoke, and one’s own vote needs no role any more', () => {
    assert.match(why(held(), { vote: 'revoke' }), /no approval and no denial/);
    const dana = person('dana', { roleName: null });
    const own = held().vote('deny', form, 'dana', { byId: dana.id });
    assert.equal(cast(own, { vote: 'revoke', person: dana }).kind, 'vote');
    assert.match(why(own, { vote: 'revoke', person: person('eve', { roleName: null, id: 1 }) }), /no role/);
  });

  test('a closed pull request takes no votes', () => {
    assert.match(why(held().pull({ state: 'closed' })), /closed/);
  });

  test('what the policy denies says so', () => {
    const denied = story()
      .pull()
      .ran([reported(form, { outcome: 'denied' })]);
    assert.match(why(denied), /the policy denies it/);
  });
});
