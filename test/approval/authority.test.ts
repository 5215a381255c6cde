import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { authorize, type Person, satisfied } from '../../src/approval/authority.ts';
import type { HoldRequirement } from '../../src/approval/requirement.ts';
import { person, requirement } from './story.ts';

const account = (login: string) => ({ login, id: null });
const pull = { author: 'author', authorId: null, contributors: [account('author'), account('Pusher')] };
const team = { role: null, teams: ['acme/data'], users: [] };
const user = { role: null, teams: [], users: ['Dana'] };

interface Case {
  readonly name: string;
  readonly person?: Person;
  readonly asks?: Partial<HoldRequirement>;
  readonly allowed: boolean;
  readonly because: RegExp;
}

const cases: readonly Case[] = [
  { name: 'a maintainer', allowed: true, because: /role maintain/ },
  {
    name: 'an admin, whose role is higher',
    person: person('m', { roleName: 'admin' }),
    allowed: true,
    because: /admin/,
  },
  {
    name: 'a writer, whose role is lower',
    person: person('m', { roleName: 'write' }),
    allowed: false,
    because: /has role write; asked for: one person with role maintain or higher/,
  },
  {
    name: 'somebody without a role',
    person: person('m', { roleName: null }),
    allowed: false,
    because: /no role/,
  },
  {
    name: 'a custom role built on admin',
    person: person('m', { roleName: 'release-lead', baseRole: 'admin' }),
    allowed: true,
    because: /release-lead/,
  },
  {
    name: 'a custom role built on write',
    person: person('m', { roleName: 'release-lead', baseRole: 'write' }),
    allowed: false,
    because: /release-lead/,
  },
  {
    name: 'a custom role of which nothing more is known',
    person: person('m', { roleName: 'maintain-ish' }),
    allowed: false,
    because: /maintain-ish/,
  },
  {
    name: 'a triager, whom the legacy permission calls a reader, where triage is asked for',
    person: person('m', { roleName: 'triage', baseRole: 'read' }),
    asks: { from: { role: 'triage', teams: [], users: [] } },
    allowed: true,
    because: /triage/,
  },
  {
    name: 'a role that the policy misspells',
    asks: { from: { role: 'owner', teams: [], users: [] } },
    allowed: false,
    because: /asked for: one person with role owner/,
  },
  {
    name: 'a bot with every right',
    person: person('b[bot]', { type: 'Bot', roleName: 'admin' }),
    allowed: false,
    because: /not a person/,
  },
  {
    name: 'an account of unknown type',
    person: person('x', { type: 'Unknown' }),
    allowed: false,
    because: /not a person/,
  },
  {
    name: 'the author',
    person: person('AUTHOR', { roleName: 'admin' }),
    allowed: false,
    because: /opened this pull request/,
  },
  {
    name: 'the author where the policy lets authors count but not contributors',
    person: person('author', { roleName: 'admin' }),
    asks: { author: true },
    allowed: false,
    because: /pushed to this/,
  },
  {
    name: 'the author where the policy lets both count',
    person: person('author', { roleName: 'admin' }),
    asks: { author: true, contributors: true },
    allowed: true,
    because: /admin/,
  },
  { name: 'somebody who pushed', person: person('pusher'), allowed: false, because: /pushed to this/ },
  {
    name: 'a member of the team',
    person: person('d', { roleName: 'read', teams: ['Acme/Data'] }),
    asks: { from: team },
    allowed: true,
    because: /member of acme\/data/,
  },
  {
    name: 'an admin who is not in the team',
    person: person('d', { roleName: 'admin' }),
    asks: { from: team },
    allowed: false,
    because: /a member of acme\/data/,
  },
  {
    name: 'a person named in the policy',
    person: person('dana', { roleName: null }),
    asks: { from: user },
    allowed: true,
    because: /named/,
  },
  {
    name: 'anybody, where nobody is named',
    asks: { from: { role: null, teams: [], users: [] } },
    allowed: false,
    because: /nobody/,
  },
];

describe('who may decide', () => {
  for (const { name, person: who = person('maria'), asks = {}, allowed, because } of cases)
    test(`${name}: ${allowed ? 'yes' : 'no'}`, () => {
      const answer = authorize({ person: who, requirement: requirement(asks), pull });
      assert.equal(answer.allowed, allowed);
      assert.match(answer.sentence, because);
    });

  test('a vote records just those rules whose requirement the person satisfies', () => {
    const rules = [requirement({ ruleId: 'a' }), requirement({ ruleId: 'b', from: team })];
    assert.deepEqual(satisfied(person('maria'), rules, pull), ['a']);
  });
});
