import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { asks, deleteSeven, granted, head2, reported, requirement, story } from '../approval/story.ts';

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
