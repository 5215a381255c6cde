import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindsOf, deleteSeven, formOf, head2, reported, statusOf, story, value } from '../approval/story.ts';

// S17: taking back the latest word must not bring an older one back

const held = () =>
  story()
    .pull()
    .ran([reported(deleteSeven)]);

test('a revoke kills every earlier approval, also other people’s', () => {
  const told = held()
    .approve(deleteSeven, 'maria')
    .approve(deleteSeven, 'dana')
    .vote('revoke', deleteSeven, 'dana');
  assert.equal(statusOf(told.state(), deleteSeven), 'revoked');
});

test('approve, deny, lift the denial: the approval stays dead, on this head and the next', () => {
  const told = held().approve(deleteSeven, 'maria').vote('deny', deleteSeven, 'dana');
  told.vote('revoke', deleteSeven, 'dana');
  assert.deepEqual(bindsOf(told.state()), []);
  told.pull({ head: head2 }).ran([reported(deleteSeven)], { head: head2, runId: 200 });
  assert.deepEqual(bindsOf(told.state()), []);
});

test('two denials need two revokes, or one that comes after both', () => {
  const told = held().vote('deny', deleteSeven, 'dana').vote('revoke', deleteSeven, 'dana');
  told.vote('deny', deleteSeven, 'maria');
  assert.equal(statusOf(told.state(), deleteSeven), 'denied');
  assert.equal(statusOf(told.vote('revoke', deleteSeven, 'dana').state(), deleteSeven), 'held');
});

test('revoking one of the values that an approval left open kills the approval', () => {
  const user = (digit: string) => formOf([value('id', `3f2504e0-4f89-41d3-9a0c-0305e82c330${digit}`)]);
  const told = story()
    .pull()
    .ran([reported(user('1'))])
    .approve(user('1'), 'maria', { varying: ['id'] });
  told.ran([reported(user('2'))], { attempt: 2 }).vote('revoke', user('2'), 'dana');
  assert.deepEqual(bindsOf(told.state()), []);
});

test('a denial is not stepped around by a fresh value that an approval had left open', () => {
  const user = (digit: string) => formOf([value('id', `3f2504e0-4f89-41d3-9a0c-0305e82c330${digit}`)]);
  const told = story()
    .pull()
    .ran([reported(user('1'))])
    .approve(user('1'), 'maria', { varying: ['id'] });
  assert.equal(bindsOf(told.state()).length, 1);
  told.ran([reported(user('2'))], { attempt: 2 }).vote('deny', user('2'), 'dana');
  assert.deepEqual(bindsOf(told.state()), []);
  told.ran([reported(user('3'))], { attempt: 3 });
  assert.equal(statusOf(told.state(), user('3')), 'held');
});
