import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { besideOthers } from '../../src/approval/beside.ts';
import type { GateConclusion, GateState } from '../../src/approval/gate.ts';

const gate = (conclusion: GateConclusion | null): GateState => ({
  status: conclusion === null ? 'in_progress' : 'completed',
  conclusion,
  title: `says ${conclusion}`,
  sentences: ['its own sentence'],
  notes: [],
  wakeAt: null,
});
const conclusions = ['success', 'neutral', null, 'action_required', 'failure'] as const;

describe('the gates of two pull requests with one head and base', () => {
  test('both say the stricter, whichever is asked', () => {
    for (const mine of conclusions)
      for (const theirs of conclusions) {
        const here = besideOthers(gate(mine), [{ number: 13, gate: gate(theirs) }]);
        const there = besideOthers(gate(theirs), [{ number: 12, gate: gate(mine) }]);
        assert.deepEqual([here.status, here.conclusion], [there.status, there.conclusion]);
        if (mine !== 'success' && mine !== 'neutral')
          assert.ok(!['success', 'neutral'].includes(`${here.conclusion}`));
      }
  });

  test('whose fault it is stands first, and what this one says is not lost', () => {
    const shown = besideOthers(gate('success'), [
      { number: 13, gate: gate(null) },
      { number: 14, gate: gate('failure') },
    ]);
    assert.equal(shown.title, 'Pull request 14 shares this head: says failure');
    assert.match(shown.sentences.join(), /Pull request 14 has the same head and base.*its own sentence/);
    assert.equal(
      besideOthers(gate('failure'), [{ number: 13, gate: gate('failure') }]).title,
      'says failure',
    );
  });
});
