import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jobLabel } from '../../src/approval/job-label.ts';

const cases: [string, string][] = [
  ['integration-0-__jit.approval_jit.approval', 'integration'],
  ['integration-2-__self', 'integration #3'],
  ['e2e-tests-0-smoke', 'e2e-tests (smoke)'],
  ['odd', 'odd'],
];

for (const [identity, label] of cases) {
  test(`${identity} is shown as ${label}`, () => assert.equal(jobLabel(identity), label));
}
