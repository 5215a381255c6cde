import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gateCheckName, grantsCheckName, writeExternalId } from '../../src/approval/check-names.ts';
import { fingerprint } from '../../src/approval/fingerprint.ts';
import type { GrantSet } from '../../src/approval/grant.ts';
import { grantTexts } from '../../src/approval/grant-text.ts';
import { GitHubError } from '../../src/github/client.ts';
import { githubGrantSource } from '../../src/github/grant-source.ts';
import type { CheckRun } from '../../src/github/port.ts';
import { deleteSeven, formOf, value } from '../approval/story.ts';

const head = '1'.repeat(40);
const form = deleteSeven;
const print = fingerprint(form);
const hold = { id: 'x', fingerprint: print, form, reason: 'because' };

function set(over: Partial<GrantSet> = {}): GrantSet {
  const grant = {
    fingerprint: print,
    id: 'x',
    binds: print,
    varying: [],
    uses: null,
    expires: null,
    by: ['alice'],
  };
  return { version: 1, pullRequest: 7, base: 'main', head, grants: [grant], denied: [], ...over };
}

interface Shown {
  readonly id?: number;
  readonly name?: string;
  readonly pullRequest?: number;
  readonly role?: 'gate' | 'grants';
  readonly key?: string;
}

function check(text: string | null, shown: Shown = {}): CheckRun {
  const { id = 1, name = gateCheckName('main'), pullRequest = 7, role = 'gate', key = 'main' } = shown;
  const digest = '0'.repeat(16);
  return {
    id,
    name,
    headSha: head,
    appId: 99,
    status: 'completed',
    conclusion: 'success',
    externalId: writeExternalId({ pullRequest, role, key, digest, annotations: digest }),
    title: '',
    summary: '',
    text,
    annotations: 0,
  };
}

const text = (over: Partial<GrantSet> = {}) => grantTexts(set(over))[0] ?? '';

function source(answers: readonly (readonly CheckRun[] | Error)[], waitForGateMs = 4000) {
  const asked: unknown[][] = [];
  const slept: number[] = [];
  const grants = githubGrantSource({
    port: {
      async checkRuns(...question) {
        const answer = answers[Math.min(asked.push(question), answers.length) - 1] ?? [];
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
    appId: 99,
    repository: 'acme/shop',
    head,
    pullRequest: 7,
    base: 'main',
    now: () => 0,
    sleep: async (ms) => void slept.push(ms),
    waitForGateMs,
  });
  return { grants, asked, slept };
}

suite('the grants that a runner finds', () => {
  test('an approval in the gate of this head lets the action run, and GitHub is asked once', async () => {
    const { grants, asked } = source([[check(text())]]);
    const found = await Promise.all([grants.find(hold), grants.find(hold)]);
    assert.deepEqual(
      found.map(({ kind }) => kind),
      ['granted', 'granted'],
    );
    assert.deepEqual(asked, [['acme/shop', head, 99, 'JIT approval']]);
  });

  test('the newest gate speaks, whatever an older one of the same name said', async () => {
    const { grants } = source([[check(text({ grants: [] }), { id: 5 }), check(text(), { id: 4 })]]);
    assert.equal((await grants.find(hold)).kind, 'none');
  });

  test('a denial beats a grant', async () => {
    const denied = [{ fingerprint: print, id: 'x', by: 'bob' }];
    const { grants } = source([[check(text({ denied }))]]);
    assert.deepEqual(await grants.find(hold), { kind: 'denied', by: 'bob' });
  });

  for (const [what, over] of [
    ['pull request', { pullRequest: 8 }],
    ['base', { base: 'lax' }],
    ['head', { head: '2'.repeat(40) }],
  ] as const) {
    test(`grants for another ${what} cover nothing`, async () => {
      const { grants } = source([[check(text(over))]]);
      assert.equal((await grants.find(hold)).kind, 'none');
    });
  }

  test('the gate of another pull request on the same head is not ours', async () => {
    const { grants } = source([[check(text(), { pullRequest: 8, id: 9 })]], 0);
    const found = await grants.find(hold);
    assert.match(found.kind === 'none' ? String(found.problem) : '', /did not appear/);
  });

  test('grants that the first text has no room for are found in the continuations', async () => {
    const many = Array.from({ length: 400 }, (_, index) => formOf([value('id', `${index}`, true)]));
    const all = many.map((other) => ({ ...set().grants[0], binds: fingerprint(other) }));
    const texts = grantTexts(set({ grants: all as GrantSet['grants'] }));
    assert.ok(texts.length > 1);
    const runs = texts.map((part, index) =>
      index === 0
        ? check(part)
        : check(part, {
            id: 10 + index,
            name: grantsCheckName(index + 1),
            role: 'grants',
            key: `${index + 1}`,
          }),
    );
    const { grants } = source([runs]);
    const last = many.at(-1) ?? form;
    const found = await grants.find({ ...hold, form: last, fingerprint: fingerprint(last) });
    assert.equal(found.kind, 'granted');
  });

  test('a gate that appears late is waited for', async () => {
    const { grants, slept } = source([[], [], [check(text())]]);
    assert.equal((await grants.find(hold)).kind, 'granted');
    assert.deepEqual(slept, [2000, 2000]);
  });

  test('a gate that never appears is a problem that names the check', async () => {
    const { grants, slept } = source([[]]);
    const found = await grants.find(hold);
    assert.equal(found.kind, 'none');
    assert.match(
      found.kind === 'none' ? String(found.problem) : '',
      /"JIT approval: main" did not appear.*within 4 s/,
    );
    assert.deepEqual(slept, [2000, 2000]);
  });

  test('a token that may not read checks is told so and not taken for "no grant"', async () => {
    const refusal = new GitHubError('github-forbidden', 403, 'Resource not accessible', 'status 403', null);
    const { grants } = source([refusal]);
    const found = await grants.find(hold);
    assert.match(found.kind === 'none' ? String(found.problem) : '', /needs `checks: read`/);
  });

  for (const [what, broken] of [
    ['no JSON', '```json\n{"version":1\n```'],
    ['another version', text().replace('"version":1', '"version":2')],
    ['more than grants', text().replace('"version":1', '"version":1,"grantAll":true')],
    ['words around it', `${text()}\nand more`],
  ] as const) {
    test(`a text with ${what} is a problem and grants nothing`, async () => {
      const { grants } = source([[check(broken)]]);
      const found = await grants.find(hold);
      assert.match(found.kind === 'none' ? String(found.problem) : '', /cannot be read/);
    });
  }

  test('a limited grant covers so many executions, and one given back counts again', async () => {
    const [grant] = set().grants;
    assert.ok(grant);
    const { grants } = source([[check(text({ grants: [{ ...grant, uses: 1 }] }))]]);
    const first = await grants.find(hold);
    assert.equal((await grants.find(hold)).kind, 'none');
    if (first.kind === 'granted') first.giveBack();
    assert.equal((await grants.find(hold)).kind, 'granted');
  });
});
