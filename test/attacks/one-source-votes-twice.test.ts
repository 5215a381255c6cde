import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asks, deleteSeven, reported, requirement, statusOf, story } from '../approval/story.ts';

// S4: an edited or redelivered comment must not vote again, and never undo what came after it

const comment = { source: 'comment:10', channel: 'comment' } as const;

test('a comment that is told again after a revoke does not approve again', () => {
  const told = story()
    .pull()
    .ran([reported(deleteSeven)])
    .approve(deleteSeven, 'maria', comment);
  told.vote('revoke', deleteSeven, 'maria', { ...comment, source: 'comment:11' });
  told.approve(deleteSeven, 'maria', comment);
  assert.equal(statusOf(told.state(), deleteSeven), 'revoked');
});

test('a comment that somebody else edited does not become a second person’s vote', () => {
  const told = story()
    .pull()
    .ran([reported(deleteSeven)])
    .approve(deleteSeven, 'maria', comment);
  told.approve(deleteSeven, 'dana', comment);
  assert.equal(statusOf(told.state(asks(requirement({ count: 2 }))), deleteSeven), 'held');
});
