import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deleteSeven, head2, reported, Story, statusOf, story } from '../approval/story.ts';

// S2: times are chosen by whoever writes them; the order of the ledger decides

test('an approval dated after the revoke does not survive it', () => {
  const told = story()
    .pull()
    .ran([reported(deleteSeven)]);
  told.approve(deleteSeven, 'maria', { at: '2026-01-01T09:00:00.000Z' });
  told.vote('revoke', deleteSeven, 'maria', { at: '2026-01-01T00:00:01.000Z' });
  assert.equal(statusOf(told.state(), deleteSeven), 'revoked');
});

test('the head is what was told last, whatever time it carries', () => {
  const told = story()
    .pull({ at: '2030-01-01T00:00:00.000Z' })
    .pull({ head: head2, at: '2020-01-01T00:00:00.000Z' });
  assert.equal(told.state().head, head2);
});

test('a vote whose time nobody can read has expired', () => {
  const told = new Story()
    .pull()
    .ran([reported(deleteSeven)])
    .approve(deleteSeven, 'maria', { at: 'tomorrow' });
  assert.notEqual(statusOf(told.state(), deleteSeven), 'approved');
});
