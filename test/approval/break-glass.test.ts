import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { castVote } from '../../src/approval/cast-vote.ts';
import type { BreakGlass } from '../../src/approval/requirement.ts';
import {
  asks,
  deleteSeven,
  head1,
  hour,
  instant,
  person,
  reported,
  requirement,
  sentenceOf,
  start,
  statusOf,
  story,
} from './story.ts';

const glass: BreakGlass = { role: 'admin', teams: [], users: [], author: false, contributors: false };
const two = requirement({ count: 2, breakGlass: glass });
const held = () =>
  story()
    .pull({ authorId: 7 })
    .ran([reported(deleteSeven)]);
const broken = { breakGlass: true, reason: 'production is down' } as const;

describe('breaking the glass', () => {
  test('counts as everything that is needed, and says so wherever the approval is named', () => {
    const state = held().approve(deleteSeven, 'root', broken).state(asks(two));
    assert.equal(statusOf(state, deleteSeven), 'approved');
    assert.match(sentenceOf(state, deleteSeven), /root alone, by breaking the glass \(production is down\)/);
    assert.deepEqual(state.decisions.grants[0]?.by, ['root (broke the glass)']);
  });

  test('counts no more once the policy lets nobody do it', () => {
    const told = held().approve(deleteSeven, 'root', broken);
    assert.equal(statusOf(told.state(asks(requirement({ count: 2 }))), deleteSeven), 'held');
  });

  test('expires like any approval, is revoked like any, and lifts no denial', () => {
    const told = held().approve(deleteSeven, 'root', broken);
    assert.equal(statusOf(told.wait(25 * hour).state(asks(two)), deleteSeven), 'expired');
    const revoked = held().approve(deleteSeven, 'root', broken).vote('revoke', deleteSeven, 'root');
    assert.equal(statusOf(revoked.state(asks(two)), deleteSeven), 'revoked');
    const denied = held().vote('deny', deleteSeven, 'maria').approve(deleteSeven, 'root', broken);
    assert.equal(statusOf(denied.state(asks(two)), deleteSeven), 'denied');
  });

  test('an ordinary approval by the same person afterwards does not weaken it', () => {
    const told = held().approve(deleteSeven, 'root', broken).wait(hour).approve(deleteSeven, 'root');
    assert.equal(statusOf(told.state(asks(two)), deleteSeven), 'approved');
  });

  const cast = (login: string, over: Partial<Parameters<typeof person>[1]>, requirements = asks(two)) => {
    const state = held().state(requirements);
    const [hold] = state.holds;
    assert.ok(hold);
    return castVote(state, hold, {
      vote: 'approve',
      varying: [],
      person: person(login, { roleName: 'admin', ...over }),
      channel: 'comment',
      source: 'comment:1',
      reason: 'production is down',
      shownHead: null,
      needsWhole: false,
      breakGlass: true,
      at: instant(start),
    });
  };

  test('is for those whom the policy names, each rule by itself', () => {
    assert.equal(cast('root', {}).kind, 'vote');
    const answers = [
      cast('maria', { roleName: 'maintain' }),
      cast('root', {}, asks(requirement())),
      cast('root', {}, asks(two, requirement({ ruleId: 'other' }))),
    ];
    const whys = answers.map((answer) => (answer.kind === 'refused' ? answer.why : 'a vote'));
    assert.match(whys[0] ?? '', /to break the glass: role admin or higher/);
    assert.match(whys[1] ?? '', /lets nobody break the glass for rule bulk-delete/);
    assert.match(whys[2] ?? '', /rule other/);
  });

  test('is not for the author, under any login, unless the policy says so', () => {
    assert.equal(cast('renamed', { id: 7 }).kind, 'refused');
    const lenient = requirement({ breakGlass: { ...glass, author: true, contributors: true } });
    assert.equal(cast('renamed', { id: 7 }, asks(lenient)).kind, 'vote');
    assert.equal(
      statusOf(
        held()
          .approve(deleteSeven, 'x', { ...broken, byId: 7 })
          .state(asks(two)),
        deleteSeven,
      ),
      'held',
    );
  });

  test('votes on the head at which it was given', () => {
    const answer = cast('root', {});
    assert.ok(answer.kind === 'vote' && answer.fact.head === head1 && answer.fact.breakGlass === true);
  });
});

describe('accounts are told apart by number', () => {
  test('two votes of one person under two logins are one', () => {
    const told = held().approve(deleteSeven, 'old', { byId: 5 }).approve(deleteSeven, 'new', { byId: 5 });
    assert.equal(statusOf(told.state(asks(requirement({ count: 2 }))), deleteSeven), 'held');
  });

  test('whoever takes over the login of the author or of a contributor is neither', () => {
    const first = story()
      .pull({ authorId: 7, pushedBy: null })
      .ran([reported(deleteSeven)]);
    const told = first.pull({ authorId: 7, pushedBy: 'carl', pushedById: 8 });
    told.approve(deleteSeven, 'author', { byId: 70 }).approve(deleteSeven, 'carl', { byId: 80 });
    assert.equal(statusOf(told.state(asks(requirement({ count: 2 }))), deleteSeven), 'approved');
  });

  test('a contributor who renames stays one', () => {
    const told = held().pull({ authorId: 7, pushedBy: 'carl', pushedById: 8 });
    told.approve(deleteSeven, 'charles', { byId: 8 });
    assert.equal(statusOf(told.state(), deleteSeven), 'held');
  });
});
