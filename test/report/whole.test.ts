import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { checkRunFormLimit, holdOutput, reportOutput } from '../../src/report/check-run.ts';
import { stickyComment } from '../../src/report/comment.ts';
import { jobSummary } from '../../src/report/summary.ts';
import { viewOfFlagged } from '../../src/report/views.ts';
import { flagged, form, report } from './sample.ts';

const wholeAt = 'https://github.com/acme/shop/actions/runs/101/artifacts/6';
const long = (bytes: number) =>
  viewOfFlagged(flagged(form({ shape: [`SELECT '${'x'.repeat(bytes)}' WHERE id = `, ''] })));
const comment = (bytes: number, at: string | null) =>
  stickyComment({
    holds: [{ ...long(bytes), wholeAt: at }],
    setId: null,
    buttons: true,
    gate: { state: 'failure', title: '1 runtime action waits for approval' },
    problems: [],
    notices: [],
  });

suite('what is cut says where all of it is', () => {
  test('in the check run of an action, only where it is cut', () => {
    const summary = (bytes: number, at: string | null) =>
      holdOutput({ ...long(bytes), wholeAt: at }, true).summary;
    assert.ok(
      summary(checkRunFormLimit, wholeAt).includes(`All of it is in [the report of its job](${wholeAt}).`),
    );
    assert.ok(!summary(100, wholeAt).includes(wholeAt));
    assert.ok(!summary(checkRunFormLimit, null).includes('All of it'));
  });

  test('in the comment, beside an action that is not shown whole', () => {
    assert.ok(comment(5000, wholeAt).includes(`([all of it](${wholeAt}))`));
    assert.ok(!comment(100, wholeAt).includes(wholeAt));
    assert.ok(!comment(5000, null).includes('all of it'));
  });

  test('in the summary of the job and in the check run of the action, where the upload told an address', () => {
    assert.ok(jobSummary(report(), undefined, wholeAt).includes(`[The whole report](${wholeAt})`));
    assert.ok(reportOutput(report(), wholeAt).summary.includes(`[The whole report](${wholeAt})`));
    assert.ok(!jobSummary(report()).includes('whole report]('));
  });
});

test('a denied action says how the denial is taken back, but not where nothing can be decided any more', () => {
  const denied = { ...long(100), status: 'denied', sentence: 'Denied by bob.', blocked: null } as const;
  const way = `/revoke ${denied.id}`;
  assert.ok(holdOutput(denied, false).summary.includes(way));
  assert.ok(!holdOutput(denied, false, false).summary.includes(way));
  assert.ok(!holdOutput({ ...denied, blocked: 'the policy denies it' }, false).summary.includes(way));
});
