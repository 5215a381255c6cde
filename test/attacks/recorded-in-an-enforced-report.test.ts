import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatePolicyOf } from '../../src/app/read-policy.ts';
import { type ReportTruth, reportFact } from '../../src/app/report-fact.ts';
import type { Report } from '../../src/report/schema.ts';
import { flaggedOf, reportOf } from '../app/help/report.ts';
import { deleteSeven, ruleDigest } from '../approval/story.ts';
import { text } from '../policy/actions.ts';

/** Whoever changes the workflow can write "it only recorded" into a report, so that nothing is left to decide. */

const blob = 'b'.repeat(40);
const policy: Report['policy'] = [
  { from: 'base', branch: 'main', file: '.github/jit-approval.yml', commit: 'c'.repeat(40), blob },
];
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
  rules: [{ id: 'bulk-delete', digest: ruleDigest, varies: [] }],
};
const report = reportOf(
  { job: 'test-0-1' },
  { policy, result: 'passed', exitCode: 0, flagged: [flaggedOf(deleteSeven, { outcome: 'would-deny' })] },
);
const fact = (mode?: 'enforce' | 'record') =>
  reportFact(mode === undefined ? truth : { ...truth, mode }, report, '2026-01-01T00:00:00Z');

test('a report that says "recorded" under a policy that enforces is not valid', () => {
  assert.match(fact('enforce').invalid ?? 'it was taken', /the policy of main enforces/);
  assert.match(fact().invalid ?? 'it was taken', /the policy of main enforces/);
});

test('under a policy that records there is nothing to decide, and the fact says what would have been', () => {
  const { invalid, actions, notices } = fact('record');
  assert.deepEqual([invalid, actions], [null, []]);
  assert.match(notices.join(), /1 would be denied/);
});

test("the gate's own notes say that the policy only records", () => {
  const of = (mode: string) => gatePolicyOf([text(`version: 1\ndefault: allow\nmode: ${mode}\n`)]);
  assert.match(of('record').notes.join(), /mode: record/);
  assert.deepEqual([of('record').mode, of('enforce').mode], ['record', 'enforce']);
  assert.deepEqual(of('enforce').notes, []);
});
