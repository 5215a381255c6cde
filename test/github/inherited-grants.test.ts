import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gateCheckName, writeExternalId } from '../../src/approval/check-names.ts';
import { fingerprint } from '../../src/approval/fingerprint.ts';
import type { GrantSet } from '../../src/approval/grant.ts';
import { grantTexts } from '../../src/approval/grant-text.ts';
import { GitHubError } from '../../src/github/client.ts';
import { type Inheritance, inheritedGrantSource } from '../../src/github/inherited-grants.ts';
import type { CheckRun, PullRequest } from '../../src/github/port.ts';
import { deleteSeven as form } from '../approval/story.ts';
import { pullRequest } from './pull-request.ts';

const [head, tip, other] = ['1', '2', '3'].map((digit) => digit.repeat(40)) as [string, string, string];
const print = fingerprint(form);
const hold = { id: 'x', fingerprint: print, form, reason: 'because' };

function gate(pullRequest: number, at: string, over: Partial<GrantSet> = {}): CheckRun {
  const grant = {
    fingerprint: print,
    id: 'x',
    binds: print,
    varying: [],
    uses: null,
    expires: null,
    by: ['a'],
  };
  const set: GrantSet = {
    ...{ version: 1, pullRequest, base: 'main', head: at, grants: [grant], denied: [] },
    ...over,
  };
  const digest = '0'.repeat(16);
  return {
    id: pullRequest,
    name: gateCheckName('main'),
    headSha: at,
    appId: 99,
    status: 'completed',
    conclusion: 'success',
    externalId: writeExternalId({ pullRequest, role: 'gate', key: 'main', digest, annotations: digest }),
    title: '',
    summary: '',
    text: grantTexts(set)[0] ?? '',
    annotations: 0,
  };
}

const pull = (over: Partial<PullRequest> = {}) => pullRequest({ state: 'closed', mergedAs: tip, ...over });

interface World {
  readonly pulls?: Readonly<Record<string, readonly PullRequest[] | Error>>;
  readonly checks?: Readonly<Record<string, readonly CheckRun[]>>;
  readonly inherits?: Inheritance;
  readonly now?: number;
}

const push: Inheritance = { kind: 'push', branch: 'main', commits: [tip, other] };

function find({ pulls = {}, checks = {}, inherits = push, now = 0 }: World) {
  const source = inheritedGrantSource({
    port: {
      checkRuns: async (_repository, ref) => checks[ref] ?? [],
      async pullRequestsOf(_repository, sha) {
        const found = pulls[sha] ?? [];
        if (found instanceof Error) throw found;
        return found;
      },
    },
    appId: 99,
    repository: 'acme/shop',
    inherits,
    now: () => now,
    sleep: async () => undefined,
    waitForGateMs: 0,
  });
  return source.find(hold);
}

describe('a push inherits the approvals of the pull request that it merged', () => {
  const checks = { [head]: [gate(7, head)] };

  for (const [name, world, expected] of [
    ['which GitHub names as merged as the pushed commit', { pulls: { [tip]: [pull()] } }, 'granted'],
    [
      'also when its merge commit is one of several that were pushed',
      { pulls: { [other]: [pull({ mergedAs: other })] } },
      'granted',
    ],
    [
      'but not of one that merely has the commit',
      { pulls: { [tip]: [pull({ mergedAs: null, state: 'open' })] } },
      'none',
    ],
    [
      'nor of one that was merged as another commit',
      { pulls: { [tip]: [pull({ mergedAs: other })] } },
      'none',
    ],
    [
      'nor of one that was merged into another branch',
      { pulls: { [tip]: [pull({ base: { ...pull().base, ref: 'release' } })] } },
      'none',
    ],
    [
      'nor of one of another repository, such as a fork of this one',
      { pulls: { [tip]: [pull({ base: { ...pull().base, repository: 'mallory/shop' } })] } },
      'none',
    ],
    ['and nothing when no pull request was merged', {}, 'none'],
  ] as const) {
    test(name, async () => {
      assert.equal((await find({ checks, ...world })).kind, expected);
    });
  }

  test('but not what has expired', async () => {
    const grants = [{ ...expiring, expires: '2026-01-01T00:00:00.000Z' }];
    const world = { pulls: { [tip]: [pull()] }, checks: { [head]: [gate(7, head, { grants })] } };
    assert.equal((await find({ ...world, now: Date.parse('2025-12-31T23:59:59Z') })).kind, 'granted');
    assert.equal((await find({ ...world, now: Date.parse('2026-01-01T00:00:01Z') })).kind, 'none');
  });

  test('and what cannot be read is a problem that is told', async () => {
    const refused = new GitHubError('github-forbidden', 403, '', 'not accessible by integration', null);
    const found = await find({ checks, pulls: { [tip]: refused } });
    assert.ok(found.kind === 'none');
    assert.match(found.problem ?? '', /pull-requests: read.*not accessible/);
  });
});

const expiring = {
  ...{ fingerprint: print, id: 'x', binds: print, varying: [], uses: null, by: ['a'] },
};

describe('a merge group inherits what the App says on its head', () => {
  const inherits: Inheritance = { kind: 'merge-group', head: tip, base: 'main' };

  test('of every pull request in it', async () => {
    const checks = { [tip]: [gate(6, tip, { grants: [] }), gate(7, tip)] };
    assert.equal((await find({ inherits, checks })).kind, 'granted');
  });

  test('where a denial in any of them stands', async () => {
    const denied = [{ fingerprint: print, id: 'x', by: 'grace' }];
    const checks = { [tip]: [gate(6, tip, { grants: [], denied }), gate(7, tip)] };
    assert.equal((await find({ inherits, checks })).kind, 'denied');
  });

  test('and not what stands there for another head', async () => {
    assert.equal((await find({ inherits, checks: { [tip]: [gate(7, head)] } })).kind, 'none');
  });

  test('and says when the App says nothing there', async () => {
    const found = await find({ inherits });
    assert.ok(found.kind === 'none');
    assert.match(found.problem ?? '', /did not appear on 222222222222/);
  });
});
