import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type RunJob, rerunScope, rerunsDue } from '../../src/approval/retrigger.ts';
import {
  asks,
  deleteSeven,
  formOf,
  granted,
  head1,
  head2,
  reported,
  requirement,
  story,
  value,
} from './story.ts';

const other = formOf([value('name', 'x')]);
const two = () =>
  story()
    .pull()
    .ran([reported(deleteSeven), reported(other)]);
const due = { runId: 100, attempt: 1, asked: false };

describe('when a run is asked for again', () => {
  test('only when every hold of it is decided', () => {
    const told = two().approve(deleteSeven);
    assert.deepEqual(rerunsDue(told.state()), []);
    assert.deepEqual(rerunsDue(told.approve(other).state()), [due]);
  });

  test('a denial decides too, but denials alone are no reason to run', () => {
    const told = two().vote('deny', other, 'dana');
    assert.deepEqual(rerunsDue(told.vote('deny', deleteSeven, 'dana').state()), []);
    const mixed = two().vote('deny', other, 'dana').approve(deleteSeven);
    assert.deepEqual(rerunsDue(mixed.state()), [due]);
  });

  test('not while the run is under way, and not on a head that is no longer it', () => {
    const running = story().pull().run({ status: 'in_progress', conclusion: null });
    assert.deepEqual(
      rerunsDue(
        running
          .report([reported(deleteSeven)])
          .approve(deleteSeven)
          .state(),
      ),
      [],
    );
    const approved = two().approve(deleteSeven).approve(other);
    assert.deepEqual(rerunsDue(approved.pull({ head: head2 }).state()), []);
    assert.deepEqual(rerunsDue(approved.state(asks(requirement()), { head: head1 })), []);
  });

  test('not of a closed pull request', () => {
    assert.deepEqual(
      rerunsDue(two().approve(deleteSeven).approve(other).pull({ state: 'closed' }).state()),
      [],
    );
  });

  test('once: a done or refused request is not repeated', () => {
    for (const outcome of ['done', 'refused'] as const) {
      const told = two().approve(deleteSeven).approve(other).rerun({ outcome });
      assert.deepEqual(rerunsDue(told.state()), [], outcome);
    }
  });

  test('a request of which nobody knows how it went is asked about again', () => {
    const told = two().approve(deleteSeven).approve(other).rerun({ outcome: 'asked' });
    assert.deepEqual(rerunsDue(told.state()), [{ ...due, asked: true }]);
    // the attempt has moved on, so it did happen
    assert.deepEqual(rerunsDue(told.run({ attempt: 2, status: 'queued', conclusion: null }).state()), []);
  });

  test('a runner that holds again what is approved does not make an endless loop', () => {
    const told = story()
      .pull()
      .ran([reported(deleteSeven)])
      .approve(deleteSeven)
      .rerun();
    told.ran([reported(deleteSeven)], { attempt: 2 });
    assert.deepEqual(rerunsDue(told.state()), []);
    assert.deepEqual(rerunsDue(told.state(), true), [{ ...due, attempt: 2 }]);
    told.vote('revoke', deleteSeven).approve(deleteSeven);
    assert.deepEqual(rerunsDue(told.state()), [{ ...due, attempt: 2 }]);
  });

  test('not when the newest attempt left no report: that attempt answered nothing', () => {
    const told = two().approve(deleteSeven).approve(other).run({ attempt: 2, conclusion: 'failure' });
    assert.deepEqual(rerunsDue(told.state()), []);
    assert.deepEqual(rerunsDue(told.state(), true), [{ ...due, attempt: 2 }]);
  });

  test('what ran is not asked for', () => {
    const told = story()
      .pull()
      .ran([reported(deleteSeven)])
      .approve(deleteSeven)
      .rerun();
    told.ran([granted(deleteSeven)], { attempt: 2 });
    assert.deepEqual(rerunsDue(told.state()), []);
    assert.deepEqual(rerunsDue(told.state(), true), []);
  });

  test('a carried approval that the new head did not find is asked for there once', () => {
    const told = story()
      .pull()
      .ran([reported(deleteSeven)])
      .approve(deleteSeven)
      .pull({ head: head2 });
    told.ran([reported(deleteSeven)], { head: head2, runId: 200 });
    assert.deepEqual(rerunsDue(told.state()), [{ ...due, runId: 200 }]);
  });

  test('a person may ask for what is held without deciding it', () => {
    assert.deepEqual(rerunsDue(two().state(), true), [due]);
  });
});

describe('what is asked for', () => {
  const job = (id: number, conclusion: string): RunJob => ({
    id,
    name: `${id}`,
    status: 'completed',
    conclusion,
  });
  const cases: readonly (readonly [string, readonly string[], ReturnType<typeof rerunScope>])[] = [
    ['the one job that failed', ['success', 'failure', 'skipped'], { scope: 'job', jobId: 1 }],
    ['all failed jobs', ['failure', 'failure', 'success'], { scope: 'failed', jobId: null }],
    ['the whole run where a job was cancelled', ['failure', 'cancelled'], { scope: 'run', jobId: null }],
    ['the whole run where none failed', ['success'], { scope: 'run', jobId: null }],
  ];
  for (const [name, conclusions, expected] of cases)
    test(name, () => assert.deepEqual(rerunScope(conclusions.map((each, id) => job(id, each))), expected));
});
