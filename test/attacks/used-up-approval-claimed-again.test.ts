import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asks, deleteSeven, granted, reported, requirement, story } from '../approval/story.ts';

// S3: an approval for one run, used by a run and claimed again by a later one

const once = asks(requirement({ uses: 'once' }));
const used = () =>
  story()
    .pull()
    .ran([reported(deleteSeven)])
    .approve(deleteSeven)
    .rerun()
    .ran([granted(deleteSeven)], { attempt: 2 });

test('a later attempt that says it ran by the same approval fails the gate', () => {
  assert.deepEqual(used().state(once).problems, []);
  const again = used().ran([granted(deleteSeven)], { attempt: 3 });
  assert.match(again.state(once).problems.join(), /an approval for one run that an earlier run had used up/);
  // without `uses: once` re-runs are what an approval is for
  assert.deepEqual(again.state().problems, []);
});

test('jobs of one attempt are one run', () => {
  const told = used().report([granted(deleteSeven)], { attempt: 2, job: 'other-0-1', artifactId: 77 });
  assert.deepEqual(told.state(once).problems, []);
});

test('a fresh approval lets it run once more', () => {
  const told = used()
    .approve(deleteSeven, 'dana')
    .ran([granted(deleteSeven)], { attempt: 3 });
  assert.deepEqual(told.state(once).problems, []);
});
