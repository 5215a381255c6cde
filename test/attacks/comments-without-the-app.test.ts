import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { actionId, fingerprint } from '../../src/approval/fingerprint.ts';
import type { CommentReader } from '../../src/github/comment-reader.ts';
import { commentSource } from '../../src/github/comment-source.ts';
import type { IssueComment } from '../../src/github/port.ts';
import { asks, deleteSeven, head1, hour, instant, requirement, start } from '../approval/story.ts';
import { pullRequest } from '../github/pull-request.ts';

/** S4 without a ledger: comments are read again and again while a job waits, and each time they may be others. */

const id = actionId(fingerprint(deleteSeven), 26);
const hold = { id, fingerprint: fingerprint(deleteSeven), form: deleteSeven, reason: '' };

function comment(number: number, body: string, over: Partial<IssueComment> = {}): IssueComment {
  const createdAt = instant(start + number * 1000);
  return {
    id: number,
    nodeId: `IC_${number}`,
    body,
    author: 'maria',
    authorId: 9,
    authorType: 'User',
    appId: null,
    createdAt,
    updatedAt: createdAt,
    minimised: false,
    ...over,
  };
}

/** GitHub as a job sees it, and what changes there between two readings. */
function github() {
  const shown = { comments: [] as IssueComment[], edited: new Set<string>(), role: 'maintain', holder: 9 };
  const reader: CommentReader = {
    now: () => start + hour,
    pullRequest: async () => pullRequest({ author: 'alan', authorId: 3 }),
    comments: async () => shown.comments,
    namedInCommits: async () => [],
    permission: async () => ({ roleName: shown.role, base: shown.role, id: shown.holder, type: 'User' }),
    untouched: async (ids) => new Set(ids.filter((one) => !shown.edited.has(one))),
  };
  const source = commentSource({
    ...{ reader, repository: 'acme/shop', pullRequest: 7, head: head1, base: 'main' },
    run: { runId: 100, attempt: 2, job: 'test-0-1' },
    requirementsOf: asks(requirement()),
    earlier: [],
    used: new Map(),
  });
  /** A use that never came to run is given back, so that what is asked next is about comments alone. */
  const ask = async () => {
    const found = await (await source.reread())(hold);
    if (found.kind === 'granted') found.giveBack();
    return found;
  };
  return { shown, ask };
}

suite('a comment that a waiting job reads', () => {
  test('and that is edited after it counted, within the same second, counts no more', async () => {
    const { shown, ask } = github();
    shown.comments = [comment(5, `/approve ${id}`)];
    assert.equal((await ask()).kind, 'granted');
    // GitHub's times have whole seconds: only the text, and what GraphQL says of it, tell
    shown.comments = [comment(5, `/approve ${id} -- and so on`)];
    shown.edited.add('IC_5');
    const found = await ask();
    assert.match(found.kind === 'none' ? (found.problem ?? '') : found.kind, /it was edited/);
  });

  test('and that was harmless until it was edited into a command does not begin to count', async () => {
    const { shown, ask } = github();
    shown.comments = [comment(5, 'Looks fine to me')];
    assert.deepEqual(await ask(), { kind: 'none', problem: null });
    shown.comments = [comment(5, `/approve ${id}`)];
    shown.edited.add('IC_5');
    assert.equal((await ask()).kind, 'none');
  });

  test('and that is deleted after it counted, counts no more', async () => {
    const { shown, ask } = github();
    shown.comments = [comment(5, `/approve ${id}`)];
    for (const _ of [1, 2]) assert.equal((await ask()).kind, 'granted');
    shown.comments = [];
    assert.deepEqual(await ask(), { kind: 'none', problem: null });
  });

  test('is no command where it quotes one, and none of a bot, an App or whoever may only read', async () => {
    const { shown, ask } = github();
    for (const [one, role] of [
      [comment(5, `> /approve ${id}`), 'maintain'],
      [comment(6, `Thanks!\n/approve ${id}`), 'maintain'],
      [comment(7, `/approve ${id}`, { authorType: 'Bot' }), 'maintain'],
      [comment(8, `/approve ${id}`, { appId: 12 }), 'maintain'],
      [comment(9, `/approve ${id}`, { authorId: 10 }), 'maintain'],
      [comment(10, `/approve ${id}`), 'read'],
    ] as const) {
      shown.comments = [one];
      shown.role = role;
      assert.equal((await ask()).kind, 'none', one.body);
    }
    shown.comments = [comment(11, `/approve ${id}`)];
    shown.role = 'maintain';
    assert.equal((await ask()).kind, 'granted');
  });

  test('by the author of the pull request, under whatever name, approves nothing', async () => {
    const { shown, ask } = github();
    shown.comments = [comment(5, `/approve ${id}`, { author: 'renamed', authorId: 3 })];
    shown.holder = 3;
    const found = await ask();
    assert.match(found.kind === 'none' ? (found.problem ?? '') : found.kind, /the author's approval/);
  });
});
