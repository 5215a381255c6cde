import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type GateInput, type GateState, gateState } from '../../src/approval/gate.ts';
import { type ChangedFile, withWorkflowRule, workflowChange } from '../../src/approval/workflow-change.ts';
import {
  asks,
  deleteSeven,
  formOf,
  granted,
  head1,
  head2,
  reported,
  requirement,
  type Story,
  story,
  value,
  workflow,
} from './story.ts';

function gateOf(told: Story, over: Partial<GateInput> = {}): GateState {
  return gateState({
    state: told.state(),
    workflows: [workflow],
    unreported: 'pass',
    expected: [],
    now: told.now,
    graceMs: 60_000,
    ...over,
  });
}

const other = formOf([value('name', 'x')]);
const late = () => story().pull().wait(3600_000);
const held = () => late().ran([reported(deleteSeven)]);
const rerun = () => held().approve(deleteSeven).rerun();

interface Case {
  readonly name: string;
  readonly told: Story;
  readonly over?: Partial<GateInput>;
  readonly says: readonly [GateState['status'], GateState['conclusion']];
  readonly because: RegExp;
}

const cases: readonly Case[] = [
  {
    name: 'just pushed',
    told: story().pull(),
    says: ['in_progress', null],
    because: /Waits for integration.yml to start/,
  },
  {
    name: 'no workflow was started',
    told: late(),
    says: ['completed', 'neutral'],
    because: /was not started/,
  },
  {
    name: 'no workflow was started and the policy blocks that',
    told: late(),
    over: { unreported: 'block' },
    says: ['completed', 'failure'],
    because: /was not started/,
  },
  {
    name: 'one of two workflows was started and the policy blocks that',
    told: late().ran([]),
    over: { workflows: [workflow, 'e2e.yml'], unreported: 'block' },
    says: ['completed', 'failure'],
    because: /e2e.yml was not started/,
  },
  {
    name: 'a run is queued',
    told: late().run({ status: 'queued', conclusion: null }),
    says: ['in_progress', null],
    because: /attempt 1, is queued/,
  },
  {
    name: 'a run is in progress',
    told: late().run({ status: 'in_progress', conclusion: null }),
    says: ['in_progress', null],
    because: /is in progress/,
  },
  {
    name: 'a run of a fork awaits approval to run',
    told: late().run({ conclusion: 'action_required' }),
    says: ['in_progress', null],
    because: /awaits approval to run/,
  },
  {
    name: 'one of two runs still runs while the other holds',
    told: held().run({ runId: 101, workflow: 'e2e.yml', status: 'in_progress', conclusion: null }),
    over: { workflows: [workflow, 'e2e.yml'] },
    says: ['in_progress', null],
    because: /e2e.yml, attempt 1, is in progress/,
  },
  {
    name: 'a run was cancelled',
    told: late().run({ conclusion: 'cancelled' }),
    says: ['completed', 'failure'],
    because: /ended as cancelled/,
  },
  {
    name: 'a cancelled run was replaced by a newer one',
    told: late().run({ runId: 99, conclusion: 'cancelled' }).ran([]),
    says: ['completed', 'success'],
    because: /^$/,
  },
  {
    name: 'a run that GitHub ended in a way unknown to us',
    told: late().run({ conclusion: 'melted' }).report([]),
    says: ['completed', 'failure'],
    because: /ended as melted/,
  },
  {
    name: 'a run only skipped its jobs',
    told: late().run({ conclusion: 'skipped' }),
    says: ['completed', 'neutral'],
    because: /was not started/,
  },
  {
    name: 'a run left no report',
    told: late().run({ conclusion: 'success' }),
    says: ['completed', 'failure'],
    because: /left no report/,
  },
  {
    name: 'a report is not valid',
    told: late().ran([], { invalid: 'it is no zip' }),
    says: ['completed', 'failure'],
    because: /report of job test \(1\) is not valid: it is no zip/,
  },
  {
    name: 'a job left two different reports in one attempt',
    told: late().ran([], { artifactId: 1 }).report([], { artifactId: 2 }),
    says: ['completed', 'failure'],
    because: /two different reports/,
  },
  {
    name: 'a job that reports on the base branch did not',
    told: late().ran([]),
    over: { expected: [{ workflow, job: 'db-0-1' }] },
    says: ['completed', 'failure'],
    because: /Job db \(1\) of integration.yml reports on the base branch/,
  },
  {
    name: 'a job reported in an earlier run and not in the newest',
    told: late()
      .ran([])
      .run({ runId: 101, conclusion: 'success' })
      .report([], { runId: 101, job: 'other-0-1' }),
    says: ['completed', 'failure'],
    because: /Job test \(1\) left no report in the newest run/,
  },
  { name: 'nothing was flagged', told: late().ran([]), says: ['completed', 'success'], because: /^$/ },
  {
    name: 'the suite failed for reasons of its own',
    told: late().ran([], { result: 'failed', exitCode: 1 }),
    says: ['completed', 'success'],
    because: /^$/,
  },
  {
    name: 'an action is undecided',
    told: held(),
    says: ['completed', 'action_required'],
    because: /Waits for/,
  },
  {
    name: 'an action is denied',
    told: held().vote('deny', deleteSeven, 'dana'),
    says: ['completed', 'failure'],
    because: /Denied by dana/,
  },
  {
    name: 'an approval was revoked',
    told: held().approve(deleteSeven).vote('revoke', deleteSeven),
    says: ['completed', 'action_required'],
    because: /then revoked/,
  },
  {
    name: 'an approval was revoked after the action had run',
    told: rerun()
      .ran([granted(deleteSeven)], { attempt: 2 })
      .vote('revoke', deleteSeven),
    says: ['completed', 'failure'],
    because: /ran, and revoked by maria on .*: what it did is done/,
  },
  {
    name: 'what was revoked after it ran was approved again',
    told: rerun()
      .ran([granted(deleteSeven)], { attempt: 2 })
      .vote('revoke', deleteSeven)
      .approve(deleteSeven, 'dana'),
    says: ['completed', 'success'],
    because: /^$/,
  },
  {
    name: 'an approval expired before the action ran',
    told: held()
      .approve(deleteSeven)
      .wait(24 * 3600_000),
    says: ['completed', 'action_required'],
    because: /The approval by maria on .* expired on/,
  },
  {
    name: 'one job denied by policy what another held',
    told: late()
      .ran([reported(deleteSeven, { outcome: 'denied' })])
      .report([reported(deleteSeven)], { job: 'zz-0-1' }),
    says: ['completed', 'failure'],
    because: /The policy denies it/,
  },
  {
    name: 'an action is approved and has not run yet',
    told: held().approve(deleteSeven),
    says: ['in_progress', null],
    because: /approved; integration.yml runs again/,
  },
  {
    name: 'an action is approved and GitHub refused to run it again',
    told: held().approve(deleteSeven).rerun({ outcome: 'refused', words: 'over 30 days old' }),
    says: ['completed', 'failure'],
    because: /refused to run it again: over 30 days old/,
  },
  {
    name: 'the re-run that we asked for has not begun',
    told: rerun(),
    says: ['in_progress', null],
    because: /runs again/,
  },
  {
    name: 'the approved action ran',
    told: rerun().ran([granted(deleteSeven)], { attempt: 2 }),
    says: ['completed', 'success'],
    because: /^$/,
  },
  {
    name: 'the re-run left no report',
    told: rerun().run({ attempt: 2 }),
    says: ['completed', 'failure'],
    because: /left no report in attempt 2/,
  },
  {
    name: 'a job that a person ran again left no report',
    told: late()
      .ran([], { checkRunId: 5 })
      .run({ attempt: 2, conclusion: 'success', executedAgain: [5] }),
    says: ['completed', 'failure'],
    because: /Job test \(1\) left no report in attempt 2/,
  },
  {
    name: 'a job that a person ran again reported anew',
    told: late()
      .ran([], { checkRunId: 5 })
      .run({ attempt: 2, conclusion: 'success', executedAgain: [5] })
      .report([], { attempt: 2, checkRunId: 6 }),
    says: ['completed', 'success'],
    because: /^$/,
  },
  {
    name: 'a person ran another job again',
    told: late()
      .ran([], { checkRunId: 5 })
      .run({ attempt: 2, conclusion: 'success', executedAgain: [4] }),
    says: ['completed', 'success'],
    because: /^$/,
  },
  {
    name: 'a job was run again whose number its report does not know',
    told: late()
      .ran([])
      .run({ attempt: 2, conclusion: 'success', executedAgain: [5] }),
    says: ['completed', 'success'],
    because: /^$/,
  },
  {
    name: 'an older run of the same workflow still runs',
    told: late().run({ runId: 99, status: 'in_progress', conclusion: null }).ran([]),
    says: ['in_progress', null],
    because: /attempt 1, is in progress/,
  },
  {
    name: 'a run timed out',
    told: late().run({ conclusion: 'timed_out' }).report([]),
    says: ['completed', 'failure'],
    because: /ended as timed_out/,
  },
  {
    name: 'a deployment rule of the run awaits approval',
    told: late().run({ status: 'waiting', conclusion: null }),
    says: ['in_progress', null],
    because: /awaits approval to run/,
  },
  {
    name: 'one of two actions is approved and the other undecided',
    told: late()
      .ran([reported(deleteSeven), reported(other)])
      .approve(deleteSeven),
    says: ['completed', 'action_required'],
    because: /Waits for/,
  },
  {
    name: 'one action is denied and another undecided',
    told: late()
      .ran([reported(deleteSeven), reported(other)])
      .vote('deny', deleteSeven, 'dana'),
    says: ['completed', 'failure'],
    because: /Denied by dana.*Waits for/s,
  },
  {
    name: 'the re-run held it again although it is approved',
    told: rerun().ran([reported(deleteSeven)], { attempt: 2 }),
    says: ['completed', 'failure'],
    because: /attempt 2 did not run it/,
  },
  {
    name: 'an action ran by a grant that was never issued',
    told: late().ran([granted(deleteSeven)]),
    says: ['completed', 'failure'],
    because: /never issued/,
  },
  {
    name: 'a pushed head has no run yet while the old one was green',
    told: rerun()
      .ran([granted(deleteSeven)], { attempt: 2 })
      .pull({ head: head2 }),
    says: ['in_progress', null],
    because: /to start/,
  },
];

describe('the gate', () => {
  for (const { name, told, over, says, because } of cases)
    test(`${name}: ${says[1] ?? says[0]}`, () => {
      const gate = gateOf(told, over);
      assert.deepEqual([gate.status, gate.conclusion], says);
      assert.match(gate.sentences.join('\n'), because);
    });

  test('a failed suite is told as a note, and so is a target that was never called', () => {
    const told = late().ran([], { result: 'failed', notices: ['stripe was never called'] });
    assert.deepEqual(gateOf(told).notes, [
      "The suite of job test (1) failed for reasons of its own; see that job's check.",
      'test (1): stripe was never called',
    ]);
  });

  test('says when time alone may change it', () => {
    const fresh = story().pull();
    assert.equal(gateOf(fresh).wakeAt, fresh.now + 60_000);
    const approved = held().approve(deleteSeven);
    assert.equal(gateOf(approved).wakeAt, approved.now + 24 * 3600_000);
    assert.equal(gateOf(held()).wakeAt, null);
  });

  test('without workflows in the policy it waits for those that ever reported', () => {
    const over = { workflows: [], expected: [{ workflow: 'e2e.yml', job: 'a' }] };
    assert.equal(gateOf(late().ran([]), over).conclusion, 'success');
    assert.equal(gateOf(late(), over).conclusion, 'neutral');
    assert.equal(gateOf(late(), { workflows: [] }).conclusion, 'neutral');
  });
});

describe('a changed workflow', () => {
  const { ruleId: _, digest: __, ...defaults } = requirement();
  const change = (...files: ChangedFile[]) => workflowChange(files, ['./tools/gate'], defaults);
  const rules = withWorkflowRule(asks(requirement()), defaults);
  const file = { path: '.github/workflows/integration.yml', blob: 'c'.repeat(40) };

  test('is held whatever file steers runs, and nothing else is', () => {
    for (const path of [
      '.github/workflows/x.yml',
      '.github/actions/a/run.sh',
      'x/action.yaml',
      'tools/gate/main.js',
    ])
      assert.notEqual(change({ path, blob: 'c' }), null, path);
    for (const path of ['src/a.ts', 'tools/gates.md', 'docs/transaction.yml'])
      assert.equal(change({ path, blob: 'c' }), null, path);
  });

  test('holds the gate until it is approved, and no longer asks for the jobs of the base', () => {
    const hold = change(file);
    assert.ok(hold !== null);
    const told = late().ran([]);
    const gateWith = () =>
      gateOf(told, {
        state: told.state(rules, { gateHolds: [hold] }),
        expected: [{ workflow, job: 'gone' }],
      });
    assert.match(gateWith().sentences.join(), /Waits for one person/);
    told.approve(hold.form, 'maria', { satisfies: ['jit-approval/workflow-changed'] });
    assert.equal(gateWith().conclusion, 'success');
    assert.deepEqual(told.state(rules, { gateHolds: [hold] }).decisions.grants, []);
  });

  test('is another action when the file has other content', () => {
    assert.notEqual(change(file)?.fingerprint, change({ ...file, blob: 'd'.repeat(40) })?.fingerprint);
    assert.equal(change(file)?.fingerprint, change(file, { path: 'README.md', blob: 'e' })?.fingerprint);
  });
});

describe('the gate of an older head', () => {
  const old = (told: Story, over: Partial<GateInput> = {}) =>
    gateOf(told, { state: told.state(asks(requirement()), { head: head1 }), ...over });
  const pushed = (told: Story) => told.pull({ head: head2 });
  const green = () =>
    rerun()
      .ran([granted(deleteSeven)], { attempt: 2 })
      .look();

  test('is judged by what that head reported, and by what is decided since', () => {
    const told = pushed(green());
    assert.equal(old(told).conclusion, 'success');
    told.vote('revoke', deleteSeven);
    assert.equal(old(told).conclusion, 'failure');
  });

  test('is red where nobody looked at the head, where nothing was started and where something still ran', () => {
    for (const told of [
      rerun().ran([granted(deleteSeven)], { attempt: 2 }),
      story().pull().look(),
      late().look(),
      late().look().run({ status: 'in_progress', conclusion: null }),
      held().look().approve(deleteSeven),
    ])
      assert.deepEqual([old(pushed(told)).status, old(told).conclusion], ['completed', 'failure']);
  });

  test('keeps what that head held itself, whatever the new head changes', () => {
    const { ruleId: _, digest: __, ...defaults } = requirement();
    const file = { path: '.github/workflows/integration.yml', blob: 'c'.repeat(40) };
    const hold = workflowChange([file], [], defaults);
    assert.ok(hold !== null);
    const told = pushed(late().look([hold]).ran([]));
    // the new head touches no workflow: the old one must not turn green by that
    const state = told.state(withWorkflowRule(asks(requirement()), defaults), { gateHolds: [], head: head1 });
    assert.equal(gateOf(told, { state }).conclusion, 'failure');
    assert.match(gateOf(told, { state }).sentences.join(), /workflow|Waits for one person/);
  });
});

describe('the gate of a closed pull request', () => {
  const closed = (told: Story) => told.pull({ state: 'closed' });

  test('says that what waited has ended, and lets nothing run', () => {
    const told = closed(
      held()
        .report([reported(other)], { job: 'zz-0-1' })
        .approve(deleteSeven),
    );
    const gate = gateOf(told);
    assert.deepEqual([gate.title, gate.conclusion], ['Closed', 'failure']);
    assert.match(gate.sentences.join(), /is closed: what waited for a decision has ended/);
    assert.match(gate.sentences.join(), /Waited for a decision when the pull request was closed/);
    assert.deepEqual(told.state().decisions.grants, []);
    // reopened, it goes on where it was
    told.pull();
    assert.equal(told.state().decisions.grants.length, 1);
    assert.equal(gateOf(told).conclusion, 'action_required');
  });

  test('stays green where it was', () => {
    const gate = gateOf(closed(rerun().ran([granted(deleteSeven)], { attempt: 2 })));
    assert.equal(gate.conclusion, 'success');
    assert.match(gate.notes.join(), /is closed/);
  });
});

test('a report made under another policy than the base has now does not count', () => {
  const told = late().ran([], { policy: ['blob-a', 'blob-b'] });
  const under = (...policy: string[]) => gateOf(told, { state: told.state(asks(requirement()), { policy }) });
  assert.equal(under('blob-b', 'blob-a').conclusion, 'success');
  assert.equal(under('blob-a', 'blob-c').conclusion, 'failure');
  assert.match(
    under('blob-c').sentences.join(),
    /made under another policy than main has now; run the job again/,
  );
});
