import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { conclude } from '../../src/app/carry-out.ts';
import { gatePolicyOf } from '../../src/app/read-policy.ts';
import { workflowHolds } from '../../src/app/surroundings.ts';
import { castVote } from '../../src/approval/cast-vote.ts';
import { actionId } from '../../src/approval/fingerprint.ts';
import { gateState } from '../../src/approval/gate.ts';
import { offeredSet, resolveSet } from '../../src/approval/offered.ts';
import type { RequirementsOf } from '../../src/approval/requirement.ts';
import { assignIds } from '../../src/approval/resolve-ids.ts';
import { setId } from '../../src/approval/set-id.ts';
import { flaggedOf } from '../app/help/report.ts';
import { idOf, policyFor, policyPath, repository, stage } from '../app/help/stage.ts';
import {
  asks,
  deleteSeven,
  formOf,
  head1,
  head2,
  instant,
  person,
  reported,
  requirement,
  type Story,
  sentenceOf,
  start,
  statusOf,
  story,
  value,
} from '../approval/story.ts';
import { pullRequest } from '../github/pull-request.ts';

// S1: a comment names no commit; the author pushes between what the approver read and what is decided

const dropped = formOf([value('name', 'hidden among the rest')]);
const published = (told: Story) => {
  const prints = told.state().holds.map((hold) => hold.fingerprint);
  for (const fact of assignIds(told.facts, prints, instant(start))) told.tell(fact);
  return told;
};
const seen = () =>
  published(
    story()
      .pull()
      .ran([reported(deleteSeven)]),
  );
const pushed = (told: Story) =>
  published(
    told.pull({ head: head2 }).ran([reported(deleteSeven), reported(dropped)], { head: head2, runId: 200 }),
  );

test('a click on the check run of the old head is refused', () => {
  const told = pushed(seen());
  const state = told.state();
  const [hold] = state.holds;
  assert.ok(hold !== undefined);
  const ballot = {
    vote: 'approve',
    varying: [],
    person: person('maria'),
    channel: 'button',
    source: 'delivery:x',
    reason: null,
    needsWhole: true,
    at: instant(start),
  } as const;
  assert.equal(castVote(state, hold, { ...ballot, shownHead: head1 }).kind, 'refused');
  assert.equal(castVote(state, hold, { ...ballot, shownHead: head2 }).kind, 'vote');
});

test('a set id names the head and the actions that were shown, so that neither can be exchanged', () => {
  const told = seen();
  const before = offeredSet(told.state()).id ?? '';
  const state = pushed(told).state();
  assert.equal(resolveSet(state, before).kind, 'refused');
  assert.notEqual(setId(head1, ['7f3k9q2m'], ''), setId(head2, ['7f3k9q2m'], ''));
  assert.notEqual(setId(head1, ['7f3k9q2m'], ''), setId(head1, ['7f3k9q2m', '0c4w8x1z'], ''));
});

test('two heads that were ground until their sets had one id have two: what only the ledger knows is in it', () => {
  // a harmless and a wicked commit, found among 2^21 in seconds
  const [harmless, wicked] = [
    '82ce7485626bcefecc809b6b3c38d6511d5fe73d',
    '36fb7a997ea490d40977daa87642710f1af0fa86',
  ];
  assert.equal(setId(harmless, ['7f3k9q2m.0'], ''), setId(wicked, ['0c4w8x1z.0'], ''));
  const salt = '0123456789abcdef'.repeat(2);
  assert.notEqual(setId(harmless, ['7f3k9q2m.0'], salt), setId(wicked, ['0c4w8x1z.0'], salt));
});

test('the App makes that secret once for a pull request, before the first set is shown', async () => {
  await using scene = await stage({
    suite:
      ({ del }) =>
      () => [flaggedOf(del('7')), flaggedOf(del('8'))],
  });
  const pull = await scene.open();
  const salts = async () => {
    const facts = await scene.ledger.facts({ repository, number: pull.number });
    return facts.flatMap((fact) => (fact.type === 'salt' ? [fact.salt] : []));
  };
  const [salt = '', ...others] = await salts();
  assert.deepEqual(others, []);
  const ids = ['7', '8'].map((each) => `${idOf(scene.del(each))}.0`);
  const set = setId(pull.head.sha, ids, salt);
  assert.notEqual(set, setId(pull.head.sha, ids, ''));
  assert.match(scene.ours(pull).at(-1)?.body ?? '', new RegExp(`/approve all ${set}`));
  scene.sandbox.act.comment('alice', pull, `/approve all ${set}`);
  await scene.settle();
  assert.equal((await salts()).length, 1);
  const facts = await scene.ledger.facts({ repository, number: pull.number });
  assert.equal(facts.filter(({ type }) => type === 'vote').length, 2);
});

test('an approval made before the push covers nothing that the push added', () => {
  const told = pushed(seen().approve(deleteSeven));
  const hold = told.state().holds.find((one) => one.action.form === dropped);
  assert.equal(hold?.status, 'held');
});

suite('a comment that waits while the author pushes', () => {
  const often = [reported(deleteSeven, { count: 50 })];
  const line = `/approve ${actionId(reported(deleteSeven).fingerprint)}`;
  const bodyDigest = createHash('sha256').update(line).digest('hex');
  const given = { via: 'comment', commentId: 5, line, bodyDigest } as const;
  const maria = { by: 'maria', byId: 5000, byType: 'User' };
  const at = instant(start);
  const command = { type: 'command', at, source: 'comment:5', ...maria, given } as const;
  /** What was seen ran once; what is the head when the comment is carried out runs fifty times. */
  const told = () =>
    published(seen().tell(command).pull({ head: head2 }).ran(often, { head: head2, runId: 200 }));

  function carriedOut(requirements: RequirementsOf) {
    const situation = told();
    const state = situation.state(requirements);
    const gate = gateState({ state, workflows: [], unreported: 'pass', expected: [], now: start });
    const written = { body: line, authorId: 5000, authorType: 'User', appId: null };
    const { facts } = situation;
    const come = conclude({ facts, state, command, person: person('maria'), written, at, gate });
    for (const vote of come.votes) situation.tell(vote);
    return { come, state: situation.state(requirements) };
  }

  test('stands for no more executions than its writer saw', () => {
    const { come, state } = carriedOut(asks(requirement()));
    assert.equal(come.outcome, 'done');
    assert.equal(statusOf(state, deleteSeven), 'held');
    assert.match(sentenceOf(state, deleteSeven), /for ×1; this head shows ×50/);
  });

  test('is refused where an approval counts on one commit alone', () => {
    const { come, state } = carriedOut(asks(requirement({ scope: 'commit' })));
    assert.equal(come.outcome, 'refused');
    assert.equal(statusOf(state, deleteSeven), 'held');
  });
});

test('files that are listed after a push do not speak for the head that was there before it', async () => {
  const pull = pullRequest();
  const source = { from: 'base', branch: 'main', file: policyPath, commit: null, blob: 'b' } as const;
  const policy = gatePolicyOf([{ text: policyFor(4711), source }]);
  const look = (headNow: string) =>
    workflowHolds(
      {
        changedFiles: async () => [],
        fileAtCommit: async () => null,
        pullRequest: async () => ({ ...pull, head: { ...pull.head, sha: headNow } }),
      },
      pull,
      policy,
    );
  assert.deepEqual(await look(head1), []);
  assert.equal(await look(head2), null);
});
