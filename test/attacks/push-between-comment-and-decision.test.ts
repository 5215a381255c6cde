import assert from 'node:assert/strict';
import { test } from 'node:test';
import { castVote } from '../../src/approval/cast-vote.ts';
import { offeredSet, resolveSet } from '../../src/approval/offered.ts';
import { assignIds } from '../../src/approval/resolve-ids.ts';
import { setId } from '../../src/approval/set-id.ts';
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
} from '../approval/story.ts';

// S1: a comment names no commit; the author pushes between what the approver read and what is decided

const dropped = formOf([value('name', 'hidden among the rest')]);
const published = (told: Story) => {
  const prints = told.state().holds.map((hold) => hold.fingerprint);
  for (const fact of assignIds(told.facts, prints, instant(start))) told.tell(fact);
  return told;
};
const seen = () =>
  published(
    story()
      .pull()
      .ran([reported(deleteSeven)]),
  );
const pushed = (told: Story) =>
  published(
    told.pull({ head: head2 }).ran([reported(deleteSeven), reported(dropped)], { head: head2, runId: 200 }),
  );

test('a click on the check run of the old head is refused', () => {
  const told = pushed(seen());
  const state = told.state();
  const [hold] = state.holds;
  assert.ok(hold !== undefined);
  const ballot = {
    vote: 'approve',
    varying: [],
    person: person('maria'),
    channel: 'button',
    source: 'delivery:x',
    reason: null,
    needsWhole: true,
    at: instant(start),
  } as const;
  assert.equal(castVote(state, hold, { ...ballot, shownHead: head1 }).kind, 'refused');
  assert.equal(castVote(state, hold, { ...ballot, shownHead: head2 }).kind, 'vote');
});

test('a set id names the head and the actions that were shown, so that neither can be exchanged', () => {
  const told = seen();
  const before = offeredSet(told.state()).id ?? '';
  const state = pushed(told).state();
  assert.equal(resolveSet(state, before).kind, 'refused');
  assert.notEqual(setId(head1, ['7f3k9q2m']), setId(head2, ['7f3k9q2m']));
  assert.notEqual(setId(head1, ['7f3k9q2m']), setId(head1, ['7f3k9q2m', '0c4w8x1z']));
});

test('an approval made before the push covers nothing that the push added', () => {
  const told = pushed(seen().approve(deleteSeven));
  const hold = told.state().holds.find((one) => one.action.form === dropped);
  assert.equal(hold?.status, 'held');
});
