import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gateState } from '../../src/approval/gate.ts';
import { rerunsDue } from '../../src/approval/retrigger.ts';
import type { PullState } from '../../src/approval/state.ts';
import {
  bindsOf,
  deleteSeven,
  formOf,
  granted,
  head2,
  reported,
  sentenceOf,
  statusOf,
  story,
  value,
  workflow,
} from './story.ts';

const running = () => story().pull().run({ status: 'in_progress', conclusion: null });
const waiting = () => running().live([reported(deleteSeven)]);
const gate = (state: PullState, now: number) =>
  gateState({ state, workflows: [workflow], unreported: 'pass', expected: [], now });

describe('a hold that a running job claims to wait for', () => {
  test('is shown as claimed, blocks the gate, and can be decided like any other', () => {
    const told = waiting();
    const state = told.state();
    assert.equal(statusOf(state, deleteSeven), 'held');
    assert.match(
      sentenceOf(state, deleteSeven),
      /Waiting live until 00:05 UTC in job test .*claimed by the running job/,
    );
    assert.deepEqual(state.jobs, [], 'a claim is no report');
    assert.equal(gate(state, told.now).conclusion, null);
    assert.ok(gate(state, told.now).sentences.some((sentence) => sentence.includes('Waiting live')));
  });

  test('is granted by its fingerprint, and no run is asked for while the job still runs', () => {
    const state = waiting().approve(deleteSeven).state();
    assert.equal(statusOf(state, deleteSeven), 'approved');
    assert.equal(sentenceOf(state, deleteSeven), 'Approved by maria on 1 Jan 2026, 00:00 UTC.');
    assert.equal(bindsOf(state).length, 1);
    assert.deepEqual(rerunsDue(state), []);
  });

  test('that ran by the grant in the same attempt leaves nothing to run again', () => {
    const told = waiting()
      .approve(deleteSeven)
      .ran([granted(deleteSeven)]);
    const state = told.state();
    assert.match(sentenceOf(state, deleteSeven), /and ran/);
    assert.deepEqual(state.problems, []);
    assert.deepEqual(rerunsDue(state), []);
    assert.equal(gate(state, told.now + 600_000).conclusion, 'success');
  });

  test('that the job gave up before the approval came is run again as ever', () => {
    const state = waiting()
      .ran([reported(deleteSeven)])
      .approve(deleteSeven)
      .state();
    assert.deepEqual(rerunsDue(state), [{ runId: 100, attempt: 1, asked: false }]);
    assert.doesNotMatch(sentenceOf(state, deleteSeven), /live/);
  });

  test('denied while it waits is denied to every later run too', () => {
    const state = waiting()
      .vote('deny', deleteSeven)
      .ran([reported(deleteSeven, { outcome: 'denied' })])
      .state();
    assert.equal(statusOf(state, deleteSeven), 'denied');
    assert.equal(state.decisions.denied.length, 1);
  });
});

describe('a claim ends', () => {
  const ends = {
    "with the job's report, valid or not": waiting().report([], { invalid: 'it is broken' }),
    'with the end of the attempt': waiting().run(),
    'with a later attempt': waiting().run({ attempt: 2, status: 'in_progress', conclusion: null }),
    'with a push': waiting().pull({ head: head2 }),
  };
  for (const [when, told] of Object.entries(ends)) {
    test(`${when}: the action blocks nothing any more`, () => {
      const state = told.state();
      assert.equal(statusOf(state, deleteSeven), 'superseded');
      assert.equal(state.holds[0]?.live, null);
    });
  }

  test("not with another job's report", () => {
    const state = waiting().report([], { job: 'other-0-1' }).state();
    assert.equal(statusOf(state, deleteSeven), 'held');
  });

  test('and what people approved meanwhile still stands for the next run', () => {
    const state = waiting().approve(deleteSeven).run({ conclusion: 'cancelled' }).state();
    assert.equal(bindsOf(state).length, 1);
  });
});

test('a claim says nothing of an action that a report describes, nor that it ran', () => {
  const other = formOf([value('email', 'a@x')]);
  const state = running()
    .report([reported(deleteSeven, { reason: 'As reported' })], { job: 'other-0-1' })
    .live([reported(deleteSeven, { reason: 'As claimed' }), reported(other)])
    .state();
  assert.deepEqual(
    state.holds.map((hold) => hold.action.reason),
    ['As reported', 'Touches many rows of a shared database'],
  );
});
