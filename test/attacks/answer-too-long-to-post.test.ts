import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { answer } from '../../src/app/answer.ts';
import { GitHubError } from '../../src/github/client.ts';
import { idOf, repository, type Stage, stage } from '../app/help/stage.ts';

/**
 * Commands are carried out in order. One whose answer GitHub will not take would stand before all that follow:
 * nobody could deny or revoke any more, and what is green would stay so.
 */
suite('an answer that is longer than a comment may be', () => {
  const notices = Array.from({ length: 100 }, (_, number) => `${number}: ${'x'.repeat(1900)}`);
  const talkative = () => stage({ report: (report) => ({ ...report, notices }) });

  async function denyStill(scene: Stage, command: string): Promise<string> {
    const pull = await scene.open();
    const { act } = scene.sandbox;
    act.comment('rita', pull, command);
    act.comment('alice', pull, `/deny ${idOf(scene.del('7'))} -- not on my watch`);
    await scene.settle();
    const facts = await scene.ledger.facts({ repository, number: pull.number });
    const denied = facts.filter((fact) => fact.type === 'vote' && fact.vote === 'deny');
    assert.equal(denied.length, 1);
    assert.equal(scene.gate(pull)?.conclusion, 'failure');
    return scene.ours(pull).find(({ body }) => body.startsWith('@rita'))?.body ?? '';
  }

  test('of somebody who only reads and asks for the status is cut, and the deny after it is carried out', async () => {
    await using scene = await talkative();
    const answer = await denyStill(scene, '/jit status');
    assert.match(answer, /characters left out/);
    assert.ok(answer.length <= 65_536);
  });

  test('or that a locked conversation does not take, keeps nothing waiting; a limit of GitHub does', async () => {
    const refusing = (status: number, words: string) => ({
      react: async () => true,
      comments: async () => [],
      createComment: async () => {
        throw new GitHubError('github-forbidden', status, words, words, null);
      },
    });
    const given = { via: 'comment', commentId: 5, line: '/jit help', bodyDigest: 'a'.repeat(64) } as const;
    const who = { by: 'rita', byId: 7, byType: 'User' };
    const command = {
      type: 'command',
      at: '2026-01-01T00:00:00Z',
      source: 'comment:5',
      ...who,
      given,
    } as const;
    const tell = (status: number, words: string) =>
      answer(refusing(status, words), () => false, { repository, number: 1 }, command, {
        outcome: 'done',
        words: 'help',
      });
    await tell(403, 'Unable to create comment because issue is locked.');
    await tell(422, 'Validation Failed');
    await assert.rejects(tell(403, 'You have exceeded a secondary rate limit.'));
    await assert.rejects(tell(502, 'Bad Gateway'));
  });
});
