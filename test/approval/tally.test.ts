import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { binding, fingerprint } from '../../src/approval/fingerprint.ts';
import { grantSetSchema, matchDecision } from '../../src/approval/grant.ts';
import { grantSet } from '../../src/approval/grants.ts';
import { tally } from '../../src/approval/tally.ts';
import {
  asks,
  bindsOf,
  deleteSeven,
  formOf,
  granted,
  head1,
  head2,
  hour,
  reported,
  requirement,
  sentenceOf,
  statusOf,
  story,
  value,
} from './story.ts';

const print = fingerprint(deleteSeven);
const held = () =>
  story()
    .pull()
    .ran([reported(deleteSeven)]);
/** A push, and the run of the new head with these actions. */
const pushed = { pull: { head: head2 }, report: { head: head2, runId: 200 } } as const;

describe('the state of a hold', () => {
  test('without a pull fact nothing is known', () => {
    assert.equal(tally([], asks(requirement()), 0), null);
  });

  test('a reported action is held and says whom it waits for', () => {
    const state = held().state();
    assert.equal(statusOf(state, deleteSeven), 'held');
    assert.match(sentenceOf(state, deleteSeven), /one person with role maintain or higher/);
    assert.deepEqual(state.decisions, { grants: [], denied: [] });
  });

  test('one vote where one is asked for approves it and grants exactly its fingerprint', () => {
    const state = held().approve(deleteSeven).state();
    assert.equal(statusOf(state, deleteSeven), 'approved');
    assert.deepEqual(bindsOf(state), [print]);
    assert.deepEqual(state.decisions.grants[0]?.by, ['maria']);
  });

  test('several rules on one action combine: each needs its own people', () => {
    const rules = asks(
      requirement({ ruleId: 'a', count: 1 }),
      requirement({ ruleId: 'b', from: { role: null, teams: ['acme/data'], users: [] } }),
    );
    const form = formOf(
      [value('name', 'x')],
      ['a', 'b'].map((id) => ({ id, digest: 'a'.repeat(64) })),
    );
    const one = story()
      .pull()
      .ran([reported(form)])
      .approve(form, 'maria', { satisfies: ['a'] });
    assert.equal(statusOf(one.state(rules), form), 'held');
    assert.match(sentenceOf(one.state(rules), form), /a member of acme\/data \(rule b, so far nobody\)/);
    one.approve(form, 'dana', { satisfies: ['b'] });
    assert.equal(statusOf(one.state(rules), form), 'approved');
  });

  test('one person who satisfies both rules approves for both', () => {
    const rules = asks(requirement({ ruleId: 'a' }), requirement({ ruleId: 'b' }));
    const form = formOf(
      [value('name', 'x')],
      ['a', 'b'].map((id) => ({ id, digest: 'a'.repeat(64) })),
    );
    const state = story()
      .pull()
      .ran([reported(form)])
      .approve(form, 'maria', { satisfies: ['a', 'b'] })
      .state(rules);
    assert.equal(statusOf(state, form), 'approved');
  });

  test('an approval lapses, says so, and takes its grant with it', () => {
    const told = held().approve(deleteSeven);
    assert.equal(told.state().nextChange, told.now + 24 * hour);
    const state = told.wait(24 * hour).state();
    assert.equal(statusOf(state, deleteSeven), 'expired');
    assert.deepEqual(bindsOf(state), []);
  });

  test('what ran while the approval was good stays approved when that lapses, without a grant', () => {
    const state = held()
      .approve(deleteSeven)
      .rerun()
      .ran([granted(deleteSeven)], { attempt: 2 })
      .wait(25 * hour)
      .state();
    assert.equal(statusOf(state, deleteSeven), 'approved');
    assert.deepEqual(bindsOf(state), []);
    assert.deepEqual(state.problems, []);
  });

  test('with two votes the grant lapses when the first of the needed ones does', () => {
    const rules = asks(requirement({ count: 2 }));
    const told = held().approve(deleteSeven, 'maria').wait(hour).approve(deleteSeven, 'dana');
    const [grant] = told.state(rules).decisions.grants;
    assert.equal(Date.parse(grant?.expires ?? ''), told.now + 23 * hour);
  });

  test('expiry names the people whose say is over, not those whose still counts', () => {
    const rules = asks(requirement({ count: 2 }));
    const told = held()
      .approve(deleteSeven, 'maria')
      .wait(hour)
      .approve(deleteSeven, 'dana')
      .wait(23 * hour);
    assert.equal(
      sentenceOf(told.state(rules), deleteSeven),
      'The approval by maria on 1 Jan 2026, 00:00 UTC expired on 2 Jan 2026, 00:00 UTC: approve again.',
    );
    // the vote that still counts needs one more beside it, not two
    assert.equal(statusOf(told.approve(deleteSeven, 'tom').state(rules), deleteSeven), 'approved');
  });

  test('votes that never stood at one time do not make good what ran', () => {
    const rules = asks(requirement({ count: 2 }));
    const told = held()
      .approve(deleteSeven, 'maria')
      .wait(25 * hour)
      .approve(deleteSeven, 'dana');
    told.rerun().ran([granted(deleteSeven)], { attempt: 2 });
    const state = told.state(rules);
    assert.equal(statusOf(state, deleteSeven), 'expired');
    assert.match(state.problems.join(), /never issued/);
  });

  test('a rule that changed in the base makes its approvals stale, in words', () => {
    const told = held().approve(deleteSeven);
    const gone = told.state(() => null);
    assert.equal(statusOf(gone, deleteSeven), 'held');
    assert.match(sentenceOf(gone, deleteSeven), /changed in the base's policy/);
    const other = told.state(asks(requirement({ digest: 'b'.repeat(64) })));
    assert.equal(statusOf(other, deleteSeven), 'held');
    assert.deepEqual(bindsOf(other), []);
  });

  test('an action that the policy denies is denied and no vote changes that', () => {
    const state = story()
      .pull()
      .ran([reported(deleteSeven, { outcome: 'denied' })])
      .approve(deleteSeven)
      .state();
    assert.equal(statusOf(state, deleteSeven), 'denied');
    assert.deepEqual(bindsOf(state), []);
  });

  test('what cannot be bound cannot be approved', () => {
    const state = story()
      .pull()
      .ran([reported(deleteSeven, { unbindable: 'its body is too large' })])
      .approve(deleteSeven)
      .state();
    assert.equal(statusOf(state, deleteSeven), 'held');
    assert.deepEqual(bindsOf(state), []);
  });

  test('an action that the next attempt no longer reports is superseded', () => {
    const state = held().ran([], { attempt: 2 }).state();
    assert.equal(statusOf(state, deleteSeven), 'superseded');
  });

  test('an invalid report supersedes nothing', () => {
    const state = held().ran([], { attempt: 2, invalid: 'it is no zip' }).state();
    assert.equal(statusOf(state, deleteSeven), 'held');
  });

  test('in a partial re-run the jobs that did not run keep their reports', () => {
    const other = formOf([value('name', 'x')]);
    const state = held()
      .report([reported(other)], { job: 'lint-0-1', artifactId: 5 })
      .run({ attempt: 2, conclusion: 'success' })
      .report([], { attempt: 2, job: 'lint-0-1' })
      .state();
    assert.equal(statusOf(state, deleteSeven), 'held');
    assert.equal(statusOf(state, other), 'superseded');
  });
});

describe('deny and revoke', () => {
  test('a denial names who, forbids the action on all heads and outlives a push', () => {
    const told = held().approve(deleteSeven).vote('deny', deleteSeven, 'dana', { reason: 'not on a Friday' });
    assert.equal(statusOf(told.state(), deleteSeven), 'denied');
    assert.match(
      sentenceOf(told.state(), deleteSeven),
      /Denied by dana on 1 Jan 2026, 00:00 UTC: not on a Friday/,
    );
    const later = told
      .pull(pushed.pull)
      .ran([reported(deleteSeven)], pushed.report)
      .state();
    assert.deepEqual(
      later.decisions.denied.map(({ fingerprint, by }) => ({ fingerprint, by })),
      [{ fingerprint: print, by: 'dana' }],
    );
    assert.equal(statusOf(later, deleteSeven), 'denied');
  });

  test('while a denial stands an approval counts for nothing', () => {
    const state = held().vote('deny', deleteSeven, 'dana').approve(deleteSeven).state();
    assert.equal(statusOf(state, deleteSeven), 'denied');
    assert.deepEqual(bindsOf(state), []);
  });

  test('the denier lifts the denial without any right but being that person', () => {
    const state = held()
      .vote('deny', deleteSeven, 'dana')
      .vote('revoke', deleteSeven, 'dana', { satisfies: [] })
      .approve(deleteSeven)
      .state();
    assert.equal(statusOf(state, deleteSeven), 'approved');
  });

  test('somebody who may not approve does not lift the denial of another', () => {
    const state = held()
      .vote('deny', deleteSeven, 'dana')
      .vote('revoke', deleteSeven, 'eve', { satisfies: [] })
      .state();
    assert.equal(statusOf(state, deleteSeven), 'denied');
  });

  test('an approver lifts the denial of another', () => {
    const state = held().vote('deny', deleteSeven, 'dana').vote('revoke', deleteSeven, 'maria').state();
    assert.equal(statusOf(state, deleteSeven), 'held');
  });

  test('a denial that is lifted does not bring back the approvals that it killed', () => {
    const state = held()
      .approve(deleteSeven)
      .vote('deny', deleteSeven, 'dana')
      .vote('revoke', deleteSeven, 'dana')
      .state();
    assert.notEqual(statusOf(state, deleteSeven), 'approved');
    assert.deepEqual(bindsOf(state), []);
  });

  test('a revoked approval is a named outcome, and a new vote approves again', () => {
    const told = held().approve(deleteSeven).vote('revoke', deleteSeven);
    assert.equal(statusOf(told.state(), deleteSeven), 'revoked');
    assert.equal(statusOf(told.approve(deleteSeven).state(), deleteSeven), 'approved');
  });

  test('where comments were recorded in another order than written, the revoke wins', () => {
    const state = held()
      .vote('revoke', deleteSeven, 'maria', { source: 'comment:20', channel: 'comment' })
      .approve(deleteSeven, 'maria', { source: 'comment:10', channel: 'comment' })
      .state();
    assert.deepEqual(bindsOf(state), []);
  });

  test('a revoke that was written before the denial lifts nothing, however they arrived', () => {
    const state = held()
      .vote('deny', deleteSeven, 'dana', { source: 'comment:20', channel: 'comment' })
      .vote('revoke', deleteSeven, 'dana', { source: 'comment:10', channel: 'comment' })
      .state();
    assert.equal(statusOf(state, deleteSeven), 'denied');
  });

  test('an approval written before a denial stays dead though it arrives after that was lifted', () => {
    const state = held()
      .vote('deny', deleteSeven, 'dana', { source: 'comment:20', channel: 'comment' })
      .vote('revoke', deleteSeven, 'dana')
      .approve(deleteSeven, 'maria', { source: 'comment:10', channel: 'comment' })
      .state();
    assert.deepEqual(bindsOf(state), []);
  });

  test('revoking what already ran turns it back to waiting', () => {
    const state = held()
      .approve(deleteSeven)
      .ran([granted(deleteSeven)], { attempt: 2 })
      .vote('revoke', deleteSeven)
      .state();
    assert.equal(statusOf(state, deleteSeven), 'revoked');
  });
});

describe('approving with values left open', () => {
  const user = (id: string, name = 'x') => formOf([value('id', id), value('name', name)]);
  const first = user('3f2504e0-4f89-41d3-9a0c-0305e82c3301');
  const second = user('9b2d1c1e-7a55-4b52-8f10-5f6f3f4b2a77');
  const open = { varying: ['id'] };

  test('covers the same action with another generated value, and nothing else', () => {
    const told = story()
      .pull()
      .ran([reported(first)])
      .approve(first, 'maria', open);
    const { decisions } = told.state();
    assert.equal(matchDecision(decisions, second, new Map(), told.now).kind, 'granted');
    assert.equal(
      matchDecision(decisions, user(second.values[0]?.text ?? '', 'y'), new Map(), told.now).kind,
      'none',
    );
    assert.equal(matchDecision(decisions, user('not-a-uuid'), new Map(), told.now).kind, 'none');
  });

  test('approves the next attempt, which reports another fingerprint', () => {
    const state = story()
      .pull()
      .ran([reported(first)])
      .approve(first, 'maria', open)
      .ran([granted(second, { grant: binding(second, ['id']) })], { attempt: 2 })
      .state();
    assert.equal(statusOf(state, second), 'approved');
    assert.equal(statusOf(state, first), 'superseded');
    assert.deepEqual(state.problems, []);
  });

  test('two people grant only what both left open', () => {
    const rules = asks(requirement({ count: 2 }));
    const told = story()
      .pull()
      .ran([reported(first)])
      .approve(first, 'maria', open)
      .approve(first, 'dana');
    assert.equal(statusOf(told.state(rules), first), 'approved');
    assert.deepEqual(bindsOf(told.state(rules)), [fingerprint(first)]);
    told.approve(first, 'dana', open);
    assert.deepEqual(bindsOf(told.state(rules)), [binding(first, ['id'])]);
  });

  test('denying one of them kills the approval that would cover it, before and after', () => {
    const told = story()
      .pull()
      .ran([reported(first)])
      .approve(first, 'maria', open);
    told.ran([reported(second)], { attempt: 2 }).vote('deny', second, 'dana');
    assert.deepEqual(bindsOf(told.state()), []);
    told.approve(first, 'maria', open);
    assert.deepEqual(bindsOf(told.state()), []);
  });

  test('a rule with exact identity takes no such vote', () => {
    const state = story()
      .pull()
      .ran([reported(first)])
      .approve(first, 'maria', open)
      .state(asks(requirement({ offersVarying: false })));
    assert.equal(statusOf(state, first), 'held');
    assert.deepEqual(state.holds[0]?.varying, []);
  });
});

describe('heads', () => {
  test('an approval carries over to a new head for as many executions as the approved head showed', () => {
    const told = story()
      .pull()
      .ran([reported(deleteSeven, { count: 3 })])
      .approve(deleteSeven);
    assert.equal(told.state().decisions.grants[0]?.uses, null);
    const state = told.pull(pushed.pull).state();
    assert.equal(state.decisions.grants[0]?.uses, 3);
  });

  test('one execution more on the new head is held until somebody approves there', () => {
    const told = held().approve(deleteSeven).pull(pushed.pull);
    told.ran([granted(deleteSeven), reported(deleteSeven)], pushed.report);
    assert.equal(statusOf(told.state(), deleteSeven), 'held');
    assert.match(sentenceOf(told.state(), deleteSeven), /for ×1; this head shows ×2/);
    told.approve(deleteSeven, 'maria', { head: head2 });
    assert.equal(statusOf(told.state(), deleteSeven), 'approved');
    assert.equal(told.state().decisions.grants[0]?.uses, null);
  });

  test('repeat: any lifts the count, uses: once tightens it', () => {
    const told = held().approve(deleteSeven).pull(pushed.pull);
    assert.equal(told.state(asks(requirement({ repeat: 'any' }))).decisions.grants[0]?.uses, null);
    assert.equal(told.state(asks(requirement({ uses: 'once' }))).decisions.grants[0]?.uses, 1);
  });

  test('uses: once covers all executions that people saw, in one run, and no more', () => {
    const rules = asks(requirement({ uses: 'once' }));
    const told = story()
      .pull()
      .ran([reported(deleteSeven, { count: 3 })])
      .approve(deleteSeven);
    assert.equal(told.state(rules).decisions.grants[0]?.uses, 3);
    assert.equal(statusOf(told.state(rules), deleteSeven), 'approved');
    told.rerun().ran([granted(deleteSeven, { count: 3 })], { attempt: 2 });
    assert.deepEqual(bindsOf(told.state(rules)), []);
    assert.equal(statusOf(told.state(rules), deleteSeven), 'approved');
    // what a later attempt shows was not what they saw
    const more = story()
      .pull()
      .ran([reported(deleteSeven)])
      .approve(deleteSeven);
    more.ran([reported(deleteSeven, { count: 50 })], { attempt: 2 });
    assert.match(sentenceOf(more.state(rules), deleteSeven), /for ×1; this head shows ×50/);
  });

  test('scope commit: a push makes the approval stale, and coming back brings it back', () => {
    const rules = asks(requirement({ scope: 'commit' }));
    const told = held()
      .approve(deleteSeven)
      .pull(pushed.pull)
      .ran([reported(deleteSeven)], pushed.report);
    assert.equal(statusOf(told.state(rules), deleteSeven), 'held');
    assert.deepEqual(bindsOf(told.state(rules)), []);
    assert.equal(statusOf(told.pull({ head: head1 }).state(rules), deleteSeven), 'approved');
    assert.deepEqual(told.state(rules).heads, [head2, head1]);
  });

  test('an older head can be asked for', () => {
    const told = held().pull(pushed.pull);
    const state = told.state(asks(requirement()), { head: head1 });
    assert.deepEqual([state.head, state.currentHead], [head1, head2]);
    assert.equal(statusOf(state, deleteSeven), 'held');
    assert.equal(statusOf(told.state(), deleteSeven), 'superseded');
  });
});

test('the grants of a head fit the schema that the runner reads them by', () => {
  const state = held().approve(deleteSeven).vote('deny', formOf([]), 'dana').state();
  assert.deepEqual(grantSetSchema.parse(grantSet(state, 12)).head, head1);
});
