import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { GateState } from '../../src/approval/gate.ts';
import { groupGate, openGroups, ownLine, queuedIn } from '../../src/approval/merge-group.ts';
import { head1, head2, instant, start, story } from './story.ts';

const at = instant(start);
const group = { type: 'group', at, branch: 'b', base: 'main', members: null, pullHead: null } as const;
const gate = (conclusion: GateState['conclusion'], over: Partial<GateState> = {}): GateState => ({
  status: conclusion === null ? 'in_progress' : 'completed',
  conclusion,
  title: `is ${conclusion}`,
  sentences: [],
  notes: [],
  wakeAt: null,
  ...over,
});

describe("a merge group's branch", () => {
  const branch = (base: string) => `gh-readonly-queue/${base}/pr-17-${head1}`;

  test('names the pull request of which it was made, and its base as GitHub told it', () => {
    assert.equal(queuedIn(branch('main'), 'main'), 17);
    assert.equal(queuedIn(branch('release/1.x'), 'release/1.x'), 17);
  });

  test('is no other branch, and none of another base', () => {
    for (const other of [branch('main/x'), `feature/${branch('main')}`, `${branch('main')}0`, 'main'])
      assert.equal(queuedIn(other, 'main'), null, other);
    assert.equal(queuedIn(`gh-readonly-queue/main/pr-0-${head1}`, 'main'), null);
    // of the same length, so that what follows stands in the same place
    for (const other of [`my-readonly-queue/main/pr-17-${head1}`, branch('fork')])
      assert.equal(queuedIn(other, 'main'), null, other);
  });
});

test('groups are open until the newest word on them says that they have ended', () => {
  const told = story()
    .tell({ ...group, head: head1, ended: false })
    .tell({ ...group, head: head2, ended: false })
    .tell({ ...group, head: head1, ended: true });
  assert.deepEqual(
    openGroups(told.facts).map(({ head }) => head),
    [head2],
  );
  assert.equal(openGroups(told.tell({ ...group, head: head1, ended: false }).facts).length, 2);
});

test("a group's own line is what it was built of, not what was merged into it, and a loop ends", () => {
  const commits = [
    { sha: 'top', parents: ['below', 'head of a pull request'] },
    { sha: 'head of a pull request', parents: ['base'] },
    { sha: 'below', parents: ['base', 'another head'] },
  ];
  assert.deepEqual(
    ownLine(commits, 'top').map(({ sha }) => sha),
    ['top', 'below'],
  );
  assert.deepEqual(ownLine(commits, 'unknown'), []);
  assert.equal(ownLine([{ sha: 'a', parents: ['a'] }], 'a').length, 1);
});

describe("the gate on a merge group's head", () => {
  const live = { isLive: true, isMoved: false };
  const conclusions = ['success', 'neutral', null, 'action_required', 'failure'] as const;

  for (const [ours, own] of conclusions.entries())
    for (const [theirs, other] of conclusions.entries())
      test(`is the stricter of ${own ?? 'in progress'} and another's ${other ?? 'in progress'}`, () => {
        const found = groupGate(gate(own), live, [{ number: 8, gate: gate(other) }]);
        assert.equal(found.conclusion, conclusions[Math.max(ours, theirs)]);
        assert.equal(found.status, found.conclusion === null ? 'in_progress' : 'completed');
      });

  test('is red where the pull request has moved on, whatever it says on its new head', () => {
    assert.equal(groupGate(gate('success'), { ...live, isMoved: true }, []).conclusion, 'failure');
  });

  test('of a group that has ended stays green where it was, and anything else is red', () => {
    const ended = { isLive: false, isMoved: true };
    for (const own of conclusions) {
      const found = groupGate(gate(own), ended, [{ number: 8, gate: gate('failure') }]);
      const stays = own === 'success' || own === 'neutral';
      assert.deepEqual([found.status, found.conclusion], ['completed', stays ? own : 'failure']);
    }
  });
});
