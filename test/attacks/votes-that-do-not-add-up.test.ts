import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  asks,
  bindsOf,
  deleteSeven,
  formOf,
  head2,
  hour,
  reported,
  requirement,
  statusOf,
  story,
  value,
} from '../approval/story.ts';

// S14: races on quorum: one person counted twice, more votes than asked for, votes for different things

const two = asks(requirement({ count: 2 }));
const held = () =>
  story()
    .pull()
    .ran([reported(deleteSeven)]);

test('one person is one person by every channel, under a new name, and on another head', () => {
  const told = held().approve(deleteSeven, 'maria', { byId: 7 });
  told.approve(deleteSeven, 'maria', { byId: 7, channel: 'comment', source: 'comment:3' });
  told.approve(deleteSeven, 'maria-renamed', { byId: 7, head: head2 });
  assert.equal(statusOf(told.state(two), deleteSeven), 'held');
});

test('more votes than asked for are enough, not too many', () => {
  const told = held();
  for (const name of ['maria', 'dana', 'tom', 'ines']) told.approve(deleteSeven, name);
  assert.equal(statusOf(told.state(two), deleteSeven), 'approved');
});

test('votes that never stood at the same time do not add up', () => {
  const expired = held()
    .approve(deleteSeven, 'maria')
    .wait(24 * hour)
    .approve(deleteSeven, 'dana');
  assert.equal(statusOf(expired.state(two), deleteSeven), 'expired');
  assert.deepEqual(bindsOf(expired.state(two)), []);
  const revoked = held()
    .approve(deleteSeven, 'maria')
    .vote('revoke', deleteSeven)
    .approve(deleteSeven, 'dana');
  assert.deepEqual(bindsOf(revoked.state(two)), []);
});

test('votes for two different actions do not add up', () => {
  const other = formOf([value('name', 'x')]);
  const told = held().report([reported(deleteSeven), reported(other)]);
  told.approve(deleteSeven, 'maria').approve(other, 'dana');
  assert.deepEqual(bindsOf(told.state(two)), []);
});

test('a count below one still asks for somebody', () => {
  for (const count of [0, -1])
    assert.equal(statusOf(held().state(asks(requirement({ count }))), deleteSeven), 'held');
});
