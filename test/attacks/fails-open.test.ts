import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gateState } from '../../src/approval/gate.ts';
import {
  asks,
  bindsOf,
  deleteSeven,
  formOf,
  reported,
  requirement,
  statusOf,
  story,
  workflow,
} from '../approval/story.ts';

// S15: what is missing, unknown or contradictory must hold

const held = () =>
  story()
    .pull()
    .ran([reported(deleteSeven)]);
const gate = (told: ReturnType<typeof held>, now = told.now) =>
  gateState({ state: told.state(), workflows: [workflow], unreported: 'pass', expected: [], now });

test('a policy that asks nobody lets nothing through', () => {
  const told = held().approve(deleteSeven);
  for (const requirements of [asks(), () => null]) {
    assert.equal(statusOf(told.state(requirements), deleteSeven), 'held');
    assert.deepEqual(bindsOf(told.state(requirements)), []);
  }
});

test('an action whose rules are not all answered for is held', () => {
  const unruled = formOf([], []);
  const form = formOf([], [...deleteSeven.rules, { id: 'forgotten', digest: 'c'.repeat(64) }]);
  for (const each of [form, unruled]) {
    const told = story()
      .pull()
      .ran([reported(each)])
      .approve(each);
    assert.equal(statusOf(told.state(each === unruled ? asks() : undefined), each), 'held');
  }
});

test('a vote that satisfies no rule counts for nothing', () => {
  const told = held().approve(deleteSeven, 'maria', { satisfies: [] });
  told.approve(deleteSeven, 'dana', { satisfies: ['another-rule'] });
  assert.equal(statusOf(told.state(), deleteSeven), 'held');
});

test('a fresh push is never green, not even for a moment', () => {
  assert.equal(gate(story().pull()).status, 'in_progress');
});

test('an approved action whose job never ran it keeps the gate shut', () => {
  assert.notEqual(gate(held().approve(deleteSeven)).conclusion, 'success');
  assert.notEqual(gate(held().approve(deleteSeven).rerun().run({ attempt: 2 })).conclusion, 'success');
});

test('a denial beats every approval', () => {
  const told = held();
  for (const name of ['maria', 'dana', 'tom']) told.approve(deleteSeven, name);
  told.vote('deny', deleteSeven, 'ines');
  assert.equal(statusOf(told.state(asks(requirement())), deleteSeven), 'denied');
  assert.equal(gate(told).conclusion, 'failure');
});
