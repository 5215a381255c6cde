import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorize, type Involved, type Person } from '../../src/approval/authority.ts';
import { asks, deleteSeven, person, reported, requirement, statusOf, story } from '../approval/story.ts';

// S6, S7, S16: bots as approvers, associations taken for roles, authors who approve themselves

const author = { author: 'author', authorId: null, contributors: [] };
const contributor = { author: 'ghost', authorId: null, contributors: [{ login: 'author', id: null }] };
const ask = (who: Person, pull: Involved = author) =>
  authorize({ person: who, requirement: requirement(), pull }).allowed;

test('no kind of account but a person’s decides, whatever its role', () => {
  for (const type of ['Bot', 'Organization', 'Mannequin', 'Enterprise', 'Unknown', 'user', ''])
    assert.equal(ask(person('x', { type, roleName: 'admin' })), false, type);
});

test('an association with the repository is no role', () => {
  for (const roleName of ['OWNER', 'MEMBER', 'COLLABORATOR', 'owner', 'member', 'Maintain', 'none', ''])
    assert.equal(ask(person('x', { roleName })), false, roleName);
});

test('the legacy permission does not lift a role that GitHub names', () => {
  assert.equal(ask(person('x', { roleName: 'write', baseRole: 'admin' })), false);
});

test('an author is one under any spelling, and stays one', () => {
  for (const login of ['author', 'Author', 'AUTHOR'])
    assert.equal(ask(person(login, { roleName: 'admin' })), false);
  const told = story()
    .pull({ pushedBy: 'somebody' })
    .ran([reported(deleteSeven)])
    .approve(deleteSeven, 'Author');
  assert.equal(statusOf(told.state(), deleteSeven), 'held');
});

test('who pushed to it without having opened it is a contributor under any spelling', () => {
  for (const login of ['author', 'Author', 'AUTHOR'])
    assert.equal(ask(person(login, { roleName: 'admin' }), contributor), false);
  assert.equal(ask(person('other', { roleName: 'admin' }), contributor), true);
});

test('an approver who pushes afterwards ends their own say', () => {
  const told = story()
    .pull()
    .ran([reported(deleteSeven)])
    .approve(deleteSeven, 'maria');
  assert.equal(statusOf(told.state(), deleteSeven), 'approved');
  told.pull({ pushedBy: 'Maria' });
  assert.equal(statusOf(told.state(), deleteSeven), 'held');
  assert.equal(statusOf(told.state(asks(requirement({ contributors: true }))), deleteSeven), 'approved');
});
