import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindsOf, deleteSeven, reported, statusOf, story } from '../approval/story.ts';

// S2: deliveries come in any order; where nobody knows which of two came first, deny and revoke win

const held = () =>
  story()
    .pull()
    .ran([reported(deleteSeven)]);

for (const channel of ['comment', 'review'] as const) {
  /** GitHub numbers comments, and reviews, as they are written. */
  const written = (number: number) => ({ channel, source: `${channel}:${number}` });

  test(`a revoke that was told before an older approval kills it: by ${channel}`, () => {
    const told = held().vote('revoke', deleteSeven, 'dana', written(11));
    told.approve(deleteSeven, 'maria', written(10));
    assert.equal(statusOf(told.state(), deleteSeven), 'revoked');
    assert.deepEqual(bindsOf(told.state()), []);
  });

  test(`a revoke that was written before a denial, and told after it, lifts nothing: by ${channel}`, () => {
    const told = held().vote('deny', deleteSeven, 'dana', written(11));
    told.vote('revoke', deleteSeven, 'dana', written(10));
    assert.equal(statusOf(told.state(), deleteSeven), 'denied');
    told.vote('revoke', deleteSeven, 'dana', written(12));
    assert.equal(statusOf(told.state(), deleteSeven), 'held');
  });

  test(`an approval that was written while a denial stood never was one, though told later: by ${channel}`, () => {
    const told = held().vote('deny', deleteSeven, 'dana', written(10));
    told.vote('revoke', deleteSeven, 'dana', written(12));
    told.approve(deleteSeven, 'maria', written(11));
    assert.deepEqual(bindsOf(told.state()), []);
    told.approve(deleteSeven, 'maria', written(13));
    assert.equal(bindsOf(told.state()).length, 1);
  });
}

test('a comment and a review of one second: where the revoke may have been last, it was', () => {
  const second = '2026-01-01T00:00:05Z';
  const comment = { channel: 'comment', source: 'comment:10', written: second } as const;
  const review = { channel: 'review', source: 'review:10', written: second } as const;
  const told = held().vote('revoke', deleteSeven, 'dana', comment).approve(deleteSeven, 'maria', review);
  assert.deepEqual(bindsOf(told.state()), []);
  const later = { ...review, source: 'review:11', written: '2026-01-01T00:00:06Z' };
  assert.equal(bindsOf(told.approve(deleteSeven, 'maria', later).state()).length, 1);
});

test('a comment and a click are ordered by nothing but the ledger', () => {
  const click = { channel: 'button', source: 'click:1' } as const;
  const comment = { channel: 'comment', source: 'comment:10' } as const;
  const after = held().vote('revoke', deleteSeven, 'dana', comment).approve(deleteSeven, 'maria', click);
  assert.equal(statusOf(after.state(), deleteSeven), 'approved');
  const before = held().approve(deleteSeven, 'maria', click).vote('revoke', deleteSeven, 'dana', comment);
  assert.equal(statusOf(before.state(), deleteSeven), 'revoked');
});
