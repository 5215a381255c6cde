import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Person } from '../../src/approval/authority.ts';
import { commentDecisions } from '../../src/approval/comment-decisions.ts';
import type { CommentQuestion, DecidingComment, JobSighting } from '../../src/approval/comment-facts.ts';
import type { ReportedAction } from '../../src/approval/facts.ts';
import { actionId, fingerprint } from '../../src/approval/fingerprint.ts';
import { matchDecision } from '../../src/approval/grant.ts';
import { unknowable } from '../../src/approval/knowable.ts';
import type { HoldRequirement } from '../../src/approval/requirement.ts';
import {
  asks,
  deleteSeven,
  formOf,
  granted,
  head1,
  hour,
  instant,
  person,
  reported,
  requirement,
  start,
  value,
} from './story.ts';

const id = actionId(fingerprint(deleteSeven), 26);
const maria = person('maria');

let ids = 0;
function comment(body: string, by: Person = maria, over: Partial<DecidingComment> = {}): DecidingComment {
  ids += 1;
  return { id: ids, body, at: instant(start + ids * 1000), person: by, problem: null, ...over };
}

function sighting(actions: readonly ReportedAction[], over: Partial<JobSighting> = {}, firstAt = start) {
  const seen = actions.map((action) => ({ action, firstAt }));
  return { runId: 100, attempt: 1, job: 'test-0-1', ended: firstAt + 500, actions: seen, ...over };
}

interface Case {
  readonly comments: readonly DecidingComment[];
  readonly requirements?: readonly HoldRequirement[];
  readonly sightings?: readonly JobSighting[];
  readonly pull?: Partial<CommentQuestion['pull']>;
  readonly now?: number;
  readonly form?: typeof deleteSeven;
}

function found({ comments, requirements = [requirement()], sightings, pull, now, form = deleteSeven }: Case) {
  const question: CommentQuestion = {
    pull: {
      open: true,
      author: 'author',
      authorId: 1,
      base: 'main',
      head: head1,
      contributors: [],
      ...pull,
    },
    requirementsOf: asks(...requirements),
    sightings: sightings ?? [sighting([reported(form)])],
    comments,
    now: now ?? start + hour,
  };
  const { decisions, refused } = commentDecisions(question);
  return { match: matchDecision(decisions, form, new Map(), question.now), refused };
}

const kindOf = (given: Case) => found(given).match.kind;

suite('Decisions by comments, without the App', () => {
  test('the long id by somebody with the role approves, without counting on the head that was seen', () => {
    const { match, refused } = found({ comments: [comment(`/approve ${id} -- agreed`)] });
    assert.equal(match.kind, 'granted');
    assert.deepEqual(match.kind === 'granted' && [match.grant.by, match.grant.uses, match.grant.id], [
      ['maria'],
      null,
      id,
    ]);
    assert.deepEqual(refused, []);
    assert.equal(
      kindOf({ comments: [comment(`/approve ${actionId(fingerprint(deleteSeven), 52)}`)] }),
      'granted',
    );
  });

  const table: readonly [string, DecidingComment, RegExp | null][] = [
    [
      'an id of 25 characters',
      comment(`/approve ${id.slice(0, 25)}`),
      /too short; without the App an id has 26/,
    ],
    ['an id of 8 characters', comment(`/approve ${id.slice(0, 8)}`), /too short/],
    ['a short id beside the long one', comment(`/approve ${id} 7f3k9q2m`), /too short/],
    ['an edited comment', comment(`/approve ${id}`, maria, { problem: 'it was edited' }), /it was edited/],
    [
      'the author',
      comment(`/approve ${id}`, { ...person('author'), id: 1 }),
      /author's approval does not count/,
    ],
    [
      'somebody who may read',
      comment(`/approve ${id}`, person('rita', { roleName: 'read' })),
      /has role read/,
    ],
    [
      'somebody who may write',
      comment(`/approve ${id}`, person('will', { roleName: 'write' })),
      /asked for: one person/,
    ],
    ['somebody without a role', comment(`/approve ${id}`, person('nemo', { roleName: null })), /no role/],
    ['a bot', comment(`/approve ${id}`, person('robot[bot]', { type: 'Bot' })), /not a person/],
    ['a quotation', comment(`> /approve ${id}`), null],
    ['the second line', comment(`Fine:\n/approve ${id}`), null],
    ['an indented line', comment(`    /approve ${id}`), null],
    ['all', comment('/approve all 5d6e7f8g'), /`all` stands for nothing/],
    ['one word too many', comment(`/approve ${id} please!`), null],
    ['another action', comment(`/approve ${'z'.repeat(26)}`), null],
    ['a field that cannot vary', comment(`/approve ${id} varying id`), /cannot vary/],
  ];
  for (const [what, said, why] of table) {
    test(`does not count: ${what}`, () => {
      const { match, refused } = found({ comments: [said] });
      assert.equal(match.kind, 'none');
      if (why === null) assert.deepEqual(refused, []);
      else assert.match(refused.map((refusal) => refusal.why).join(), why);
    });
  }

  test('whom a commit names counts as a contributor, and a closed pull request lets nothing run', () => {
    const comments = [comment(`/approve ${id}`)];
    assert.equal(kindOf({ comments, pull: { contributors: [maria] } }), 'none');
    assert.equal(
      kindOf({
        comments,
        pull: { contributors: [maria] },
        requirements: [requirement({ contributors: true })],
      }),
      'granted',
    );
    assert.equal(kindOf({ comments, pull: { open: false } }), 'none');
  });

  test('two approvals are of two people', () => {
    const two = [requirement({ count: 2 })];
    const [first, again] = [comment(`/approve ${id}`), comment(`/approve ${id}`)];
    assert.equal(kindOf({ comments: [first, again], requirements: two }), 'none');
    const other = comment(`/approve ${id}`, person('katherine'));
    assert.equal(kindOf({ comments: [first, other], requirements: two }), 'granted');
  });

  test('a deny beats approvals before and after it, until it is revoked', () => {
    const [before, deny, after] = [
      comment(`/approve ${id}`),
      comment(`/deny ${id} -- no`, person('katherine')),
      comment(`/approve ${id}`),
    ];
    assert.deepEqual(found({ comments: [before, deny, after] }).match, { kind: 'denied', by: 'katherine' });
    const [revoke, anew] = [comment(`/revoke ${id}`, person('katherine')), comment(`/approve ${id}`)];
    assert.equal(kindOf({ comments: [before, deny, after, revoke] }), 'none');
    assert.equal(kindOf({ comments: [before, deny, after, revoke, anew] }), 'granted');
    assert.equal(kindOf({ comments: [before, comment(`/revoke ${id}`)] }), 'none');
    const reader = person('rita', { roleName: 'read' });
    assert.equal(kindOf({ comments: [before, comment(`/deny ${id}`, reader)] }), 'granted');
  });

  test('an approval expires by the time at which its comment was written', () => {
    const said = comment(`/approve ${id}`);
    const end = Date.parse(said.at) + 24 * hour;
    assert.equal(kindOf({ comments: [said], now: end - 1 }), 'granted');
    assert.equal(kindOf({ comments: [said], now: end }), 'none');
  });

  test('scope: commit and uses: once ask for a comment that is newer than what this run showed', () => {
    const said = comment(`/approve ${id}`);
    const later = [sighting([reported(deleteSeven)], {}, Date.parse(said.at) + 60_000)];
    for (const rule of [requirement({ scope: 'commit' }), requirement({ uses: 'once' })]) {
      assert.equal(kindOf({ comments: [said], requirements: [rule] }), 'granted');
      assert.equal(kindOf({ comments: [said], requirements: [rule], sightings: later }), 'none');
    }
    const carried = found({ comments: [said], sightings: later }).match;
    assert.equal(carried.kind === 'granted' && carried.grant.uses, 1);
  });

  test('uses: once is spent by the attempt that ran it, and by none that only held it', () => {
    const said = comment(`/approve ${id}`);
    const ran = Date.parse(said.at) + 60_000;
    const attempts = [
      sighting([reported(deleteSeven)]),
      sighting([granted(deleteSeven)], { attempt: 2, ended: ran + 500 }, ran),
      sighting([reported(deleteSeven)], { attempt: 3, ended: ran + 9000 }, ran + 9000),
    ];
    const requirements = [requirement({ uses: 'once' })];
    assert.equal(kindOf({ comments: [said], requirements, sightings: attempts }), 'none');
    assert.equal(kindOf({ comments: [said], requirements, sightings: attempts.toSpliced(1, 1) }), 'granted');
  });

  test('varying speaks of what an earlier attempt showed, and covers what this one made anew', () => {
    const insert = (mail: string) => formOf([value('name', 'Ada'), value('email', mail)]);
    const [then, now] = [
      insert('a1b2c3d4-1111-4222-8333-444455556666'),
      insert('99999999-1111-4222-8333-444455556666'),
    ];
    const said = comment(`/approve ${actionId(fingerprint(then), 26)} varying email`);
    const earlier = sighting([reported(then)]);
    const present = sighting([reported(now)], { attempt: 2 }, start + hour);
    assert.equal(kindOf({ comments: [said], sightings: [earlier, present], form: now }), 'granted');
    assert.equal(kindOf({ comments: [said], sightings: [present], form: now }), 'none');
  });

  test('teams and code owners cannot be read: they never count, and a rule with nobody else is named', () => {
    const owners = requirement({ from: { role: null, teams: [], users: [], codeowners: true } });
    const teams = requirement({ from: { role: null, teams: ['acme/data'], users: [] } });
    const both = requirement({ from: { role: 'maintain', teams: ['acme/data'], users: [] } });
    assert.deepEqual(unknowable([owners, both, teams]), [owners, teams]);
    const member = person('tess', { roleName: 'write', teams: ['acme/data'] });
    assert.equal(kindOf({ comments: [comment(`/approve ${id}`, member)], requirements: [both] }), 'none');
    assert.equal(kindOf({ comments: [comment(`/approve ${id}`)], requirements: [owners] }), 'none');
  });
});
