import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readButton } from '../../src/approval/buttons.ts';
import { readExternalId } from '../../src/approval/check-names.ts';
import { gateState } from '../../src/approval/gate.ts';
import { type GrantSet, grantSetSchema } from '../../src/approval/grant.ts';
import { grantTexts } from '../../src/approval/grant-text.ts';
import type { Notice } from '../../src/approval/notice.ts';
import { offeredSet, resolveSet } from '../../src/approval/offered.ts';
import { plan, type Write } from '../../src/approval/plan.ts';
import type { ShownCheck } from '../../src/approval/plan-checks.ts';
import type { Annotation, Render } from '../../src/approval/render.ts';
import { assignIds } from '../../src/approval/resolve-ids.ts';
import {
  asks,
  deleteSeven,
  formOf,
  granted,
  head1,
  head2,
  hour,
  instant,
  reported,
  requirement,
  type Story,
  story,
  value,
  workflow,
} from './story.ts';

const annotation: Annotation = {
  path: 'test/api.test.ts',
  start_line: 3,
  end_line: 3,
  annotation_level: 'failure',
  title: 'Held',
  message: 'It waits',
};
const render: Render = {
  hold: (hold, _, buttons) => ({ title: hold.status, summary: `${hold.sentence} ${buttons}`, text: '' }),
  gate: (gate, _, set, grants) => ({
    title: gate.title,
    summary: `${gate.sentences.join('\n')} ${set}`,
    text: grants,
  }),
  annotations: (state) => state.holds.flatMap((hold) => hold.seen.map(() => annotation)),
  comment: (state) => `waiting: ${state.holds.filter((hold) => hold.status === 'held').length}`,
};

function readGrantText(text: string): GrantSet {
  const json = /^```json\n(\{[^\n]*\})\n```$/.exec(text)?.[1] ?? '';
  return grantSetSchema.parse(JSON.parse(json));
}

/** A GitHub that keeps what is written and nothing else. */
class Shown {
  checks: (ShownCheck & {
    readonly name: string;
    readonly text: string;
    readonly buttons: readonly string[];
  })[] = [];
  notices: Notice[] = [];
  nextComment = 1;
  reruns = 0;

  plan(told: Story, pullRequest = 12): readonly Write[] {
    const published = new Set(told.state().holds.map((hold) => hold.fingerprint));
    for (const fact of assignIds(told.facts, [...published], instant(told.now))) told.tell(fact);
    const heads = told.state().heads.map((head) => {
      const state = told.state(asks(requirement()), { head });
      const gate = gateState({
        state,
        workflows: [workflow],
        unreported: 'pass',
        expected: [],
        now: told.now,
        graceMs: 0,
      });
      return { state, gate };
    });
    return plan({ pullRequest, heads, shown: this, render });
  }

  write(one: Write): void {
    if (one.kind === 'rerun') this.reruns++;
    if (one.kind === 'minimise') this.notices = this.notices.filter(({ id }) => id !== one.id);
    if (one.kind === 'comment') {
      const { body, announced } = one;
      const notice = { id: one.id ?? this.nextComment++, body, announced };
      this.notices = [...this.notices.filter(({ id }) => id !== notice.id), notice];
    }
    if (one.kind !== 'check') return;
    const id = one.id ?? this.checks.length + 1;
    const { head, name, status, conclusion, externalId } = one;
    const buttons = one.actions.map((action) => action.identifier);
    const check = { id, head, name, status, conclusion, externalId, text: one.output.text, buttons };
    this.checks = [...this.checks.filter((other) => other.id !== id), check];
  }

  settle(told: Story): readonly Write[] {
    const writes = this.plan(told);
    for (const one of writes) this.write(one);
    return writes;
  }

  check(name: string, head = head1) {
    return this.checks.filter((check) => check.name === name && check.head === head).at(-1);
  }
}

const names = (writes: readonly Write[]) => writes.map((one) => (one.kind === 'check' ? one.name : one.kind));
const gateName = 'JIT approval: main';
const held = () =>
  story()
    .pull()
    .ran([reported(deleteSeven)]);
const idOf = (told: Story) => told.state().holds[0]?.id ?? '';

describe('the plan', () => {
  test('shows a hold with its buttons, its gate and one comment', () => {
    const told = held();
    const shown = new Shown();
    const writes = shown.settle(told);
    const id = idOf(told);
    assert.deepEqual(names(writes), [gateName, `JIT approval / ${id}`, 'comment']);
    assert.equal(shown.check(gateName)?.conclusion, 'action_required');
    assert.deepEqual(shown.check(`JIT approval / ${id}`)?.buttons, [`approve:${id}`, `deny:${id}`]);
    const set = offeredSet(told.state()).id;
    assert.deepEqual(shown.check(gateName)?.buttons, [`approve-all:${set}`, `rerun:${set}`]);
  });

  test('writes nothing the second time', () => {
    const told = held();
    const shown = new Shown();
    shown.settle(told);
    assert.deepEqual(shown.plan(told), []);
  });

  test('buttons fit GitHub’s limits and can be read back', () => {
    const volatile = formOf([value('id', '3f2504e0-4f89-41d3-9a0c-0305e82c3301')]);
    const writes = new Shown().settle(
      story()
        .pull()
        .ran([reported(volatile)]),
    );
    const actions = writes.flatMap((one) => (one.kind === 'check' ? one.actions : []));
    assert.equal(actions.length, 5);
    for (const { label, description, identifier } of actions) {
      assert.ok(label.length <= 20 && description.length <= 40 && identifier.length <= 20, identifier);
      assert.notEqual(readButton(identifier), null);
    }
    assert.deepEqual(readButton('varying:7f3k9q2m'), {
      press: 'varying',
      id: '7f3k9q2m',
      setbacks: 0,
    });
    assert.deepEqual(readButton('approve:7f3k9q2m.12'), { press: 'approve', id: '7f3k9q2m', setbacks: 12 });
    assert.equal(readButton('deny:7f3k9q2m.1'), null);
    for (const hostile of ['', 'approve:', 'approve:7f3k9q2m x', 'merge:7f3k9q2m', 'approve:7F3K9Q2M'])
      assert.equal(readButton(hostile), null, hostile);
  });

  test('an approval is granted on the gate before anything runs again', () => {
    const told = held();
    const shown = new Shown();
    shown.settle(told);
    const writes = shown.settle(told.approve(deleteSeven));
    assert.deepEqual(names(writes), [gateName, `JIT approval / ${idOf(told)}`, 'comment', 'rerun']);
    const grants = readGrantText(shown.check(gateName)?.text ?? '');
    assert.equal(grants.grants.length, 1);
    assert.deepEqual(shown.check(`JIT approval / ${idOf(told)}`)?.buttons, []);
  });

  test('whatever is lost in a crash is written by the next plan, in the same order', () => {
    const told = held().approve(deleteSeven);
    const whole = names(new Shown().plan(told));
    for (let crash = 0; crash < whole.length; crash++) {
      const shown = new Shown();
      for (const one of shown.plan(told).slice(0, crash)) shown.write(one);
      assert.deepEqual(names(shown.plan(told)), whole.slice(crash));
    }
  });

  test('gates of older heads are rewritten before the current one', () => {
    const told = held()
      .approve(deleteSeven)
      .rerun()
      .ran([granted(deleteSeven)], { attempt: 2 });
    const shown = new Shown();
    shown.settle(told);
    assert.equal(shown.check(gateName)?.conclusion, 'success');
    told.pull({ head: head2 }).ran([granted(deleteSeven)], { head: head2, runId: 200 });
    shown.settle(told);
    const writes = shown.settle(told.vote('revoke', deleteSeven, 'maria', { head: head2 }));
    const gates = writes.flatMap((one) => (one.kind === 'check' && one.name === gateName ? [one] : []));
    assert.deepEqual(
      gates.map(({ head, conclusion }) => [head, conclusion]),
      [
        [head1, 'failure'],
        [head2, 'failure'],
      ],
    );
    assert.deepEqual(gates[0]?.actions, []);
  });

  test('a push takes the buttons off the old head', () => {
    const told = held();
    const shown = new Shown();
    shown.settle(told);
    shown.settle(told.pull({ head: head2 }));
    const left = shown.check(`JIT approval / ${idOf(told)}`);
    assert.deepEqual([left?.conclusion, left?.buttons], ['neutral', []]);
  });

  test('a retarget leaves no green gate of the old base', () => {
    const told = held()
      .approve(deleteSeven)
      .rerun()
      .ran([granted(deleteSeven)], { attempt: 2 });
    const shown = new Shown();
    shown.settle(told);
    shown.settle(told.pull({ base: 'release' }));
    assert.equal(shown.check(gateName)?.conclusion, 'failure');
    assert.equal(shown.check('JIT approval: release')?.conclusion, 'success');
    assert.deepEqual(shown.plan(told), []);
  });

  test('another set of annotations needs another check run; the same is not appended twice', () => {
    const told = held();
    const shown = new Shown();
    const [first] = shown.settle(told);
    assert.equal(first?.kind === 'check' && first.annotations.length, 1);
    const [update] = shown.settle(told.vote('deny', deleteSeven));
    assert.ok(update?.kind === 'check' && update.id !== null && update.annotations.length === 0);
    const [next] = shown.settle(told.ran([], { attempt: 2 }));
    assert.ok(next?.kind === 'check' && next.name === gateName && next.id === null);
    assert.deepEqual(shown.plan(told), []);
  });

  test('annotations that were cut off by a crash make a new check run', () => {
    const told = held();
    const shown = new Shown();
    const [gate] = shown.plan(told);
    assert.ok(gate?.kind === 'check');
    assert.equal(readExternalId(gate.unfinishedExternalId)?.annotations, '');
    shown.write({ ...gate, externalId: gate.unfinishedExternalId });
    const [again] = shown.plan(told);
    assert.ok(again?.kind === 'check' && again.id === null && again.annotations.length === 1);
  });

  test('at most ten holds have check runs; the set stands for all that are shown whole', () => {
    const forms = Array.from({ length: 12 }, (_, index) => formOf([value('name', `n${index}`)]));
    const long = formOf([value('note', 'x'.repeat(20_000))]);
    const told = story()
      .pull()
      .ran([...forms, long].map((form) => reported(form)));
    const writes = new Shown().settle(told);
    assert.equal(names(writes).filter((name) => name.startsWith('JIT approval / ')).length, 10);
    const state = told.state();
    const found = resolveSet(state, offeredSet(state).id ?? '');
    assert.equal(found.kind === 'found' && found.holds.length, 12);
    const two = (holds: typeof state.holds) => holds.slice(0, 2);
    assert.notEqual(offeredSet(state, two).id, offeredSet(state).id);
    assert.equal(resolveSet(state, offeredSet(state, two).id ?? '').kind, 'refused');
  });

  test('two pull requests on one head do not touch each other’s check runs', () => {
    const told = held();
    const shown = new Shown();
    shown.settle(told);
    const other = shown.plan(told, 13);
    assert.ok(other.every((one) => one.kind !== 'check' || one.id === null));
  });

  test('one comment is kept up to date; something new to decide brings a new one and folds the old away', () => {
    const other = formOf([value('email', 'b@x')]);
    const told = held();
    const shown = new Shown();
    shown.settle(told);
    assert.deepEqual(shown.notices[0]?.announced, [idOf(told)]);

    // a run that still goes on may hold more: the comment is rewritten in place
    told.run({ runId: 101, status: 'in_progress', conclusion: null });
    told.report([reported(deleteSeven), reported(other)], { runId: 101 });
    const running = shown.settle(told).filter(({ kind }) => kind !== 'check');
    assert.deepEqual(
      running.map((write) => (write.kind === 'comment' ? write.id : write.kind)),
      [1],
    );
    told.run({ runId: 101 });
    assert.deepEqual(
      shown.settle(told).flatMap((write) => {
        if (write.kind === 'minimise') return [`fold ${write.id}`];
        return write.kind === 'comment' ? [`write ${write.id ?? 'new'}`] : [];
      }),
      ['write new', 'fold 1'],
    );
    assert.deepEqual(
      shown.notices.map(({ id }) => id),
      [2],
    );
    assert.deepEqual(shown.plan(told), []);

    // a decision, a push and the same actions again are nothing new
    told.vote('approve', other);
    told.pull({ head: head2 }).run({ runId: 102, head: head2 });
    told.report([reported(deleteSeven)], { runId: 102, head: head2 });
    for (const write of shown.settle(told)) if (write.kind === 'comment') assert.equal(write.id, 2);
  });

  test('an action that was decided and waits again is told anew', () => {
    const told = held();
    const shown = new Shown();
    shown.settle(told);
    told.vote('approve', deleteSeven);
    shown.settle(told);
    assert.deepEqual(shown.notices[0]?.announced, []);
    told.wait(25 * hour);
    const again = shown.settle(told).find(({ kind }) => kind === 'comment');
    assert.equal(again?.kind === 'comment' ? again.id : 0, null);
  });

  test('a newer gate of another pull request on the head does not speak for this one', () => {
    const told = held();
    const shown = new Shown();
    shown.settle(told);
    const [gate] = shown.checks.filter(({ name }) => name === gateName);
    assert.ok(gate !== undefined);
    const externalId = gate.externalId?.replace('jit/12/', 'jit/13/') ?? null;
    const theirs = { ...gate, id: 50, externalId, conclusion: 'success' };
    shown.checks = [...shown.checks, theirs];
    const [again] = shown.plan(told);
    assert.ok(again?.kind === 'check' && again.name === gateName && again.id === null);
    assert.equal(again.annotations.length, 1);
    // once both say the same, nobody writes over the other
    shown.checks = shown.checks.map((one) =>
      one.id === 50 ? { ...one, conclusion: 'action_required' } : one,
    );
    assert.deepEqual(shown.plan(told), []);
    // and what a closed one leaves there is not fought over by it
    const closed = told.pull({ state: 'closed' });
    shown.settle(closed);
    shown.checks = shown.checks.map((one) => (one.id === 50 ? { ...one, conclusion: 'success' } : one));
    assert.deepEqual(shown.plan(closed), []);
  });

  test('closing ends the holds: no buttons, the gate and the comment say so, and nothing new appears', () => {
    const told = held();
    const shown = new Shown();
    shown.settle(told);
    const before = shown.checks.length;
    const writes = shown.settle(told.pull({ state: 'closed' }));
    assert.deepEqual(names(writes), [gateName, `JIT approval / ${idOf(told)}`, 'comment']);
    assert.equal(shown.checks.length, before);
    assert.deepEqual(
      shown.checks.map(({ conclusion, buttons }) => [conclusion, buttons]),
      [
        ['failure', []],
        ['neutral', []],
      ],
    );
    assert.deepEqual(shown.plan(told), []);
    // and reopening brings them back
    shown.settle(told.pull());
    assert.equal(shown.check(gateName)?.conclusion, 'action_required');
    assert.equal(shown.check(`JIT approval / ${idOf(told)}`)?.buttons.length, 2);
  });

  test('a pull request without holds gets a gate and no comment; a closed one gets nothing', () => {
    assert.deepEqual(names(new Shown().settle(story().pull().ran([]))), [gateName]);
    assert.deepEqual(new Shown().plan(held().pull({ state: 'closed' })), []);
  });

  test('a check that GitHub made stale is written again', () => {
    const told = held();
    const shown = new Shown();
    shown.settle(told);
    shown.checks = shown.checks.map((check) =>
      check.name === gateName ? { ...check, conclusion: 'stale' } : check,
    );
    assert.deepEqual(names(shown.plan(told)), [gateName]);
  });
});

describe('grants as text', () => {
  const told = held().approve(deleteSeven);
  const [grant] = told.state().decisions.grants;
  const denied = { fingerprint: 'd'.repeat(64), id: '7f3k9q2m', by: 'dana' };
  const base = { version: 1, pullRequest: 12, base: 'main', head: head1, denied: [denied] } as const;

  test('many are continued in further texts, each readable by itself, denials in the first', () => {
    assert.ok(grant !== undefined);
    const texts = grantTexts({ ...base, denied: [denied], grants: Array.from({ length: 500 }, () => grant) });
    assert.ok(texts.length > 1);
    const sets = texts.map((text) => readGrantText(text));
    assert.equal(sets.flatMap((set) => set.grants).length, 500);
    assert.deepEqual(
      sets.map((set) => set.denied.length),
      [1, ...texts.slice(1).map(() => 0)],
    );
    assert.ok(texts.every((text) => text.length <= 65_535));
  });

  test('where the denials alone do not fit nothing is granted', () => {
    assert.ok(grant !== undefined);
    const [only, ...rest] = grantTexts({
      ...base,
      denied: Array.from({ length: 2000 }, () => denied),
      grants: [grant],
    });
    assert.deepEqual(rest, []);
    assert.deepEqual(readGrantText(only ?? '').grants, []);
  });
});
