import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Flagged } from '../../src/report/schema.ts';
import { Recorder } from '../../src/suite/recorder.ts';
import { asks, deleteSeven, granted, head2, reported, requirement, story } from '../approval/story.ts';
import { flagged, form } from '../report/sample.ts';

/** S3: approved once, run as often as one likes after the next push. */
suite('an approval that was carried over to another head', () => {
  const approvedOnce = () =>
    story()
      .pull()
      .ran([reported(deleteSeven)])
      .approve(deleteSeven)
      .pull({ head: head2 });
  const then = (count: number) =>
    approvedOnce().ran([granted(deleteSeven, { count })], { head: head2, runId: 200 });

  test('fails the gate where a report says that it ran by it more often than people saw', () => {
    assert.deepEqual(then(1).state().problems, []);
    assert.match(then(50).state().problems.join(), /ran ×50 in job .* more often than any approval/);
  });

  test('counts nothing on the head that was approved, after a fresh approval, and where the rule lifts it', () => {
    const there = story()
      .pull()
      .ran([reported(deleteSeven)])
      .approve(deleteSeven)
      .ran([granted(deleteSeven, { count: 50 })], { attempt: 2 });
    assert.deepEqual(there.state().problems, []);
    const fresh = approvedOnce()
      .ran([granted(deleteSeven), reported(deleteSeven)], { head: head2, runId: 200 })
      .approve(deleteSeven, 'maria', { head: head2 })
      .ran([granted(deleteSeven, { count: 50 })], { head: head2, runId: 200, attempt: 2 });
    assert.deepEqual(fresh.state().problems, []);
    assert.deepEqual(then(50).state(asks(requirement({ repeat: 'any' }))).problems, []);
  });
});

/** S3: what is used once is spent by a report that says so, and a report has room for 5,000 flagged actions. */
suite('an approval that was used', () => {
  const once = granted(deleteSeven);
  const noise = (recorder: Recorder, outcome: Flagged['outcome']) => {
    for (let at = 0; at < 6_000; at++) {
      const fingerprint = at.toString(16).padStart(64, '0');
      recorder.flag(
        flagged(form(), { fingerprint, outcome, grant: outcome === 'granted' ? 'f'.repeat(64) : null }),
      );
    }
  };
  const used = (recorder: Recorder) =>
    recorder.flag(flagged(form(), { outcome: 'granted', grant: once.grant, fingerprint: once.fingerprint }));
  const stands = (recorder: Recorder) => {
    const { flagged: kept } = recorder.results();
    assert.equal(kept.length, 5_000);
    return kept.some(({ grant }) => grant === once.grant);
  };

  for (const outcome of ['denied', 'held', 'granted'] as const) {
    test(`stands in the report, however much is ${outcome} beside it`, () => {
      const [before, after] = [new Recorder(), new Recorder()];
      used(before);
      for (const recorder of [before, after]) noise(recorder, outcome);
      used(after);
      assert.ok(stands(before) && stands(after));
    });
  }
});
