import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer } from '../../src/app/answer.ts';
import type { CommandFact } from '../../src/approval/facts.ts';
import type { IssueComment } from '../../src/github/port.ts';

const key = { repository: 'acme/shop', number: 12 };
const command = (commentId: number): CommandFact => ({
  type: 'command',
  at: '2026-01-01T00:00:00Z',
  source: `comment:${commentId}`,
  by: 'rita',
  byId: 7,
  byType: 'User',
  given: { via: 'comment', commentId, line: '/jit status', bodyDigest: 'a'.repeat(64) },
});

test('killed after it has answered, it answers no second time, even when it would say something else now', async () => {
  const comments: IssueComment[] = [];
  const github = {
    react: async () => true,
    comments: async () => comments,
    async createComment(_repository: string, _number: number, body: string) {
      const by = { author: 'jit-approval[bot]', authorId: 1, authorType: 'Bot', appId: 4711 };
      const at = '2026-01-01T00:00:00Z';
      const id = comments.length + 1;
      comments.push({ id, nodeId: `${id}`, minimised: false, body, ...by, createdAt: at, updatedAt: at });
      return id;
    },
  };
  const say = (number: number, words: string) =>
    answer(github, () => true, key, command(number), { outcome: 'done', words });
  await say(5, 'Two runtime actions wait.');
  await say(5, 'One runtime action waits.');
  assert.deepEqual(
    comments.map(({ body }) => body),
    ['@rita, about your [comment](#issuecomment-5): Two runtime actions wait.'],
  );
  await say(51, 'One runtime action waits.');
  assert.equal(comments.length, 2);
});
