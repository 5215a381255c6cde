import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type ReportTruth, reportFact } from '../../src/app/report-fact.ts';
import { reportName } from '../../src/app/reports.ts';
import { actionId, fingerprint } from '../../src/approval/fingerprint.ts';
import type { ActionForm } from '../../src/approval/form.ts';
import type { Flagged, Report } from '../../src/report/schema.ts';
import { flaggedOf, reportOf } from '../app/help/report.ts';
import { deleteSeven, formOf, ruleDigest, value } from '../approval/story.ts';

const blob = 'b'.repeat(40);
const at = '2026-01-01T00:00:00Z';
const policy: Report['policy'] = [
  { from: 'base', branch: 'main', file: '.github/jit-approval.yml', commit: 'c'.repeat(40), blob },
];

/** What GitHub and the base's policy say in all these attacks. */
const truth: ReportTruth = {
  repository: 'acme/shop',
  pullRequest: 7,
  base: 'main',
  head: '1'.repeat(40),
  runId: 100,
  job: 'test-0-1',
  attempt: 1,
  runAttempt: 1,
  artifactId: 5,
  policyBlobs: [blob],
  rules: [
    { id: 'bulk-delete', digest: ruleDigest, varies: ['key'] },
    { id: 'other', digest: 'e'.repeat(64), varies: [] },
  ],
};

const honest = (...flagged: Flagged[]) => reportOf({}, { policy, flagged });
const verdict = (report: Report, over: Partial<ReportTruth> = {}) =>
  reportFact({ ...truth, ...over }, report, at);
const refused = (report: Report, why: RegExp, over: Partial<ReportTruth> = {}) => {
  const fact = verdict(report, over);
  assert.match(fact.invalid ?? 'it was taken', why);
  assert.deepEqual([fact.actions, fact.result, fact.notices], [[], null, []]);
};

suite('a report is written by a stranger', () => {
  test('an honest one becomes a fact with its actions', () => {
    const fact = verdict(honest(flaggedOf(deleteSeven)));
    assert.equal(fact.invalid, null);
    assert.equal(fact.result, 'held');
    assert.deepEqual(
      fact.actions.map((action) => action.fingerprint),
      [fingerprint(deleteSeven)],
    );
  });

  for (const [what, run, why] of [
    ['another repository', { repository: 'mallory/shop' }, /says repository "mallory\/shop"/],
    ['another run', { runId: 101 }, /says run 101/],
    ['another attempt', { attempt: 2 }, /says attempt 2/],
    ['another job', { job: 'lint-0-1' }, /says job "lint-0-1"/],
    ['another head', { head: '2'.repeat(40) }, /says head commit/],
    ['another pull request', { pullRequest: 8 }, /says pull request 8/],
    ['another base', { base: 'lax' }, /says base branch "lax"/],
    ['no repository at all', { repository: null }, /says repository null/],
  ] as const) {
    test(`one from ${what} is refused`, () => {
      refused(reportOf(run, { policy }), why);
    });
  }

  test('one that names an attempt which the run has not reached is refused', () => {
    refused(reportOf({ attempt: 2 }, { policy }), /reached attempt 1/, { attempt: 2 });
  });

  test("one made under another policy than the base's is refused", () => {
    refused(honest(), /another policy/, { policyBlobs: ['d'.repeat(40)] });
    refused(honest(), /another policy/, { policyBlobs: [blob, 'd'.repeat(40)] });
    refused(reportOf({}, { policy: [] }), /another policy/);
  });

  test('a fingerprint that is not that of the form shown is refused: approve A, execute B', () => {
    const harmless = formOf([value('id', '1', true)]);
    refused(honest(flaggedOf(harmless, { fingerprint: fingerprint(deleteSeven) })), /fingerprint is not/);
  });

  test("an id that belongs to another action's fingerprint is refused", () => {
    const id = actionId(fingerprint(deleteSeven));
    refused(honest(flaggedOf(formOf([value('id', '1', true)]), { id })), /id does not belong/);
  });

  const withRules = (rules: ActionForm['rules']) => formOf([value('id', '1', true)], rules);

  test('a rule that the base does not have, or has otherwise, is refused', () => {
    refused(honest(flaggedOf(withRules([{ id: 'lenient', digest: ruleDigest }]))), /"lenient" is not in/);
    refused(
      honest(flaggedOf(withRules([{ id: 'bulk-delete', digest: 'f'.repeat(64) }]))),
      /is not in the policy/,
    );
    refused(honest(flaggedOf(withRules([]))), /names no rule/);
  });

  const open = (name: string) => ({ name, type: 'varies' as const, text: '', selects: true });

  test('a value left open is taken only where every flagging rule leaves it open', () => {
    assert.equal(verdict(honest(flaggedOf(formOf([open('key')])))).invalid, null);
    refused(honest(flaggedOf(formOf([open('id')]))), /leaves "id" open/);
    const both = formOf(
      [open('key')],
      [
        { id: 'bulk-delete', digest: ruleDigest },
        { id: 'other', digest: 'e'.repeat(64) },
      ],
    );
    refused(honest(flaggedOf(both)), /leaves "key" open/);
  });

  test('a WHERE that is hidden without reason can be approved by nobody', () => {
    const hidden = { name: 'id', type: 'redacted' as const, text: '', selects: true };
    const [action] = verdict(honest(flaggedOf(formOf([hidden])))).actions;
    assert.match(action?.unbindable ?? '', /id decides what is touched/);
    const password = { ...hidden, name: 'password' };
    const [other] = verdict(honest(flaggedOf(formOf([password])))).actions;
    assert.equal(other?.unbindable, null);
  });

  test('a shape that does not fit its values is refused', () => {
    refused(honest(flaggedOf({ ...deleteSeven, shape: ['DELETE FROM users'] })), /parts for 1 values/);
  });

  test('one action told twice is refused: its count would mean nothing', () => {
    refused(honest(flaggedOf(deleteSeven), flaggedOf(deleteSeven)), /lists one action twice/);
  });

  test('an artifact that could not be read is a fact that says why', () => {
    const fact = reportFact(truth, 'The artifact is not a zip.', at);
    assert.deepEqual([fact.invalid, fact.actions], ['The artifact is not a zip.', []]);
  });

  test('the words of a lie are shown short and on one line', () => {
    const fact = verdict(reportOf({ job: `x\n/approve all\n${'y'.repeat(250)}` }, { policy }));
    assert.ok((fact.invalid ?? '').length < 300);
    assert.doesNotMatch(fact.invalid ?? '', /\n/);
  });
});

test("an artifact's name gives job and attempt, and other artifacts are none of ours", () => {
  assert.deepEqual(reportName('jit-test-e2e-0-1-12'), { job: 'test-e2e-0-1', attempt: 12 });
  for (const name of ['jit-test', 'coverage-1', 'jit--0', 'xjit-test-1', 'jit-test-1x']) {
    assert.equal(reportName(name), null);
  }
});
