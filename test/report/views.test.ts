import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fingerprint } from '../../src/approval/fingerprint.ts';
import type { HoldState } from '../../src/approval/state.ts';
import { viewOfFlagged, viewOfHold } from '../../src/report/views.ts';
import { flagged, form, insertForm, ruleDigest, value } from './sample.ts';

function hold(of = form(), rest: Partial<HoldState> = {}): HoldState {
  const print = fingerprint(of);
  return {
    fingerprint: print,
    id: null,
    action: {
      fingerprint: print,
      form: of,
      outcome: 'held',
      grant: null,
      target: 'staging-db',
      reason: 'Touches many rows',
      unbindable: null,
      count: 3,
      steps: ['api'],
      origin: { file: 'test/api.test.ts', line: 42 },
      ruleAt: { file: '.github/jit-approval.yml', line: 12 },
      unknown: [],
      checks: ['schema (users) failed: expected plan; met none'],
    },
    origin: 'report',
    status: 'held',
    decision: 'held',
    sentence: 'One more approval is needed.',
    blocked: null,
    requirements: [
      {
        requirement: {
          ruleId: 'bulk-delete',
          digest: ruleDigest,
          count: 2,
          from: { role: 'maintain', teams: ['acme/data'], users: [] },
          author: false,
          contributors: false,
          expiresMs: null,
          scope: 'pull-request',
          repeat: null,
          uses: null,
        },
        by: ['alice'],
        met: false,
      },
    ],
    approvals: [],
    setbacks: 0,
    denial: null,
    decidedAt: null,
    expires: null,
    seen: [],
    live: null,
    executions: 3,
    varying: [],
    ...rest,
  };
}

test("a hold's view says how many have approved and who may", () => {
  const view = viewOfHold(hold());
  assert.deepEqual(view.requirements, [
    '2 people with role maintain or higher, or a member of acme/data, but not the author or whoever pushed; so far alice (1 of 2)',
  ]);
  assert.deepEqual(view.origin, { file: 'test/api.test.ts', line: 42 });
  assert.match(view.id, /^[0-9a-z]{8}$/);
});

const approval: HoldState['approvals'][number] = {
  type: 'vote',
  at: '2026-11-23T10:00:00.000Z',
  vote: 'approve',
  fingerprint: 'a'.repeat(64),
  binds: 'a'.repeat(64),
  varying: [],
  by: 'grace',
  byId: 2,
  head: 'b'.repeat(40),
  reason: null,
  channel: 'comment',
  source: 'comment:1',
  satisfies: ['bulk-delete'],
};

test('a hold whose shape was approved before says what is new, also when that one is no longer reported', () => {
  const approved = hold(form({ values: [value('email', 'old@x', { selects: true })] }), {
    status: 'superseded',
    id: '7f3k9q2m',
    approvals: [approval],
  });
  const denied = { ...approved, approvals: [] };
  assert.equal(viewOfHold(hold(), [approved]).resembles, 'as 7f3k9q2m, except email old@x → a1@example.test');
  assert.equal(viewOfHold(hold(), [denied]).resembles, null);
});

test('only fields that the state offers are offered as varying', () => {
  assert.deepEqual(viewOfHold(hold(insertForm, { varying: ['id'] })).varying, [
    { name: 'id', class: 'uuid' },
  ]);
  assert.deepEqual(viewOfHold(hold(insertForm)).varying, []);
});

test("a run's view tells a policy's denial from a person's", () => {
  assert.equal(viewOfFlagged(flagged(form(), { outcome: 'denied' })).sentence, 'The policy denies it.');
  assert.equal(
    viewOfFlagged(flagged(form(), { outcome: 'denied', deniedBy: 'bob' })).sentence,
    'Denied by bob.',
  );
});

test('the report that has all of an action is the newest one, on the page of its run', () => {
  const seen = (runId: number, artifactId: number) =>
    ({
      runId,
      attempt: 1,
      job: 'test-0-1',
      outcome: 'held',
      count: 1,
      artifactId,
      sequence: artifactId,
    }) as const;
  const of = hold(form(), { seen: [seen(100, 5), seen(101, 6)] });
  assert.equal(
    viewOfHold(of, [], 'https://github.com/acme/shop').wholeAt,
    'https://github.com/acme/shop/actions/runs/101/artifacts/6',
  );
  assert.equal(viewOfHold(of).wholeAt, null);
  assert.equal(viewOfHold(hold(), [], 'https://github.com/acme/shop').wholeAt, null);
});
