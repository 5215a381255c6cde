import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binding, fingerprint } from '../../src/approval/fingerprint.ts';
import type { ActionForm } from '../../src/approval/form.ts';
import { gateState } from '../../src/approval/gate.ts';
import { matchDecision } from '../../src/approval/grant.ts';
import {
  asks,
  bindsOf,
  deleteSeven,
  granted,
  head2,
  reported,
  requirement,
  statusOf,
  story,
  value,
  workflow,
} from '../approval/story.ts';

// S3: approve A, execute B; replay an approval

const other = (change: Partial<ActionForm>): ActionForm => ({ ...deleteSeven, ...change });
const differing: readonly (readonly [string, ActionForm])[] = [
  ['another row', other({ values: [value('id', '8', true)] })],
  ['another target', other({ target: 'production-db' })],
  ['another role', other({ role: 'postgres' })],
  ['another table of the same name', other({ relations: ['pg_temp.users'] })],
  ['another statement', other({ shape: ['DELETE FROM accounts WHERE id = ', ''] })],
  [
    'a value that moved into the shape',
    other({ shape: ['DELETE FROM users WHERE id = 7', ''], values: [value('id', '', true)] }),
  ],
  ['a rule that says something else now', other({ rules: [{ id: 'bulk-delete', digest: 'b'.repeat(64) }] })],
  ['the same text as a number', other({ values: [{ ...value('id', '7', true), type: 'number' }] })],
];

const approved = () =>
  story()
    .pull()
    .ran([reported(deleteSeven)])
    .approve(deleteSeven);

for (const [name, form] of differing)
  test(`an approval does not cover ${name}`, () => {
    const told = approved();
    // as the runner finds it that starts now
    assert.equal(matchDecision(told.state().decisions, form, new Map(), told.now).kind, 'none');
    told.ran([reported(form)], { attempt: 2 });
    assert.equal(statusOf(told.state(), form), 'held');
    assert.equal(matchDecision(told.state().decisions, form, new Map(), told.now).kind, 'none');
  });

test('a value of WHERE cannot be left open by a vote', () => {
  const row = other({ values: [value('id', '3f2504e0-4f89-41d3-9a0c-0305e82c3301', true)] });
  for (const binds of [fingerprint(row), binding(row, ['id']) ?? '']) {
    const told = story()
      .pull()
      .ran([reported(row)])
      .approve(row, 'maria', { varying: ['id'], binds });
    assert.equal(statusOf(told.state(), row), 'held');
  }
});

test('a report that invents the grant it ran by fails the gate, with the binding of another action too', () => {
  for (const grant of ['f'.repeat(64), fingerprint(deleteSeven)]) {
    const form = other({ values: [value('id', '8', true)] });
    const told = approved()
      .ran([granted(form, { grant })], { attempt: 2 })
      .wait(1);
    const input = {
      workflows: [workflow],
      unreported: 'pass',
      expected: [],
      now: told.now,
      graceMs: 0,
    } as const;
    const gate = gateState({ ...input, state: told.state() });
    assert.equal(gate.conclusion, 'failure');
    assert.match(gate.sentences.join(), /never issued/);
  }
});

test('running first and being approved afterwards does not make it right', () => {
  const told = story()
    .pull()
    .ran([granted(deleteSeven)])
    .approve(deleteSeven);
  assert.match(told.state().problems.join(), /never issued/);
});

test('an approval for one run is spent by that run', () => {
  const once = asks(requirement({ uses: 'once' }));
  const told = approved()
    .rerun()
    .ran([granted(deleteSeven)], { attempt: 2 });
  assert.equal(statusOf(told.state(once), deleteSeven), 'approved');
  assert.deepEqual(bindsOf(told.state(once)), []);
  told.ran([reported(deleteSeven)], { attempt: 3 });
  assert.equal(statusOf(told.state(once), deleteSeven), 'held');
});

test('an approval is not replayed for more executions on a later head', () => {
  const told = approved().pull({ head: head2 });
  const { decisions } = told.state();
  const used = new Map([[fingerprint(deleteSeven), 1]]);
  assert.equal(matchDecision(decisions, deleteSeven, new Map(), told.now).kind, 'granted');
  assert.equal(matchDecision(decisions, deleteSeven, used, told.now).kind, 'none');
});
