import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { memoryLedger } from '../../src/ledger/memory.ts';
import type { Ledger } from '../../src/ledger/port.ts';
import { until } from '../../src/sandbox/demo/until.ts';
import { flaggedOf } from './help/report.ts';
import { idOf, repository, type Stage, stage } from './help/stage.ts';

/** Fails to write each answer the first time: what a process that dies before it leaves is the same. */
function answersLate(meanwhile: () => void = () => undefined): Ledger {
  const ledger = memoryLedger();
  const failed = new Set<string>();
  return {
    ...ledger,
    async record(key, facts, delivery, installation) {
      for (const fact of facts) {
        if (fact.type !== 'answer' || failed.has(fact.source)) continue;
        failed.add(fact.source);
        meanwhile();
        throw new Error('the process ends here');
      }
      return ledger.record(key, facts, delivery, installation);
    },
  };
}

const open = async (scene: Stage) => {
  const pull = await scene.open();
  const answered = async (count: number) => {
    await until('the command is answered', async () => {
      const facts = await scene.ledger.facts({ repository, number: pull.number });
      return facts.filter(({ type }) => type === 'answer').length === count;
    });
    await scene.settle();
  };
  let given = 0;
  const press = async (button: string) => {
    const gate = scene.gate(pull);
    const found = gate?.actions.find(({ identifier }) => identifier.startsWith(button));
    scene.sandbox.act.clickButton('alice', gate?.id ?? 0, found?.identifier ?? '');
    await answered(++given);
  };
  const say = async (text: string) => {
    const comment = scene.sandbox.act.comment('alice', pull, text);
    await answered(++given);
    return comment.reactions.map(({ content }) => content);
  };
  return { pull, press, say, told: () => scene.ours(pull).filter(({ body }) => body.startsWith('@alice')) };
};

suite('a command whose votes were written and whose answer was not', () => {
  const options = {
    config: { retryMs: 1, pollMs: 20 },
    suite:
      ({ del }: Pick<Stage, 'del'>) =>
      () => [flaggedOf(del('41'))],
  };

  for (const [first, second] of [
    ['/approve', '/revoke'],
    ['/deny', '/revoke'],
  ] as const) {
    test(`${first}, then ${second}: each is carried out once, and told as what it was`, async () => {
      await using scene = await stage({ ...options, ledger: answersLate() });
      const { say, told } = await open(scene);
      const id = idOf(scene.del('41'));
      assert.deepEqual(await say(`${first} ${id}`), ['+1']);
      assert.deepEqual(await say(`${second} ${id}`), ['+1']);
      assert.deepEqual(told(), []);
    });
  }

  test('is told as carried out although the comment was edited meanwhile, for its votes count', async () => {
    const later: (() => void)[] = [];
    await using scene = await stage({ ...options, ledger: answersLate(() => later.pop()?.()) });
    const { pull, say, told } = await open(scene);
    const id = idOf(scene.del('41'));
    later.push(() => {
      const comment = scene.sandbox.read.comments(pull).findLast(({ body }) => body.startsWith('/approve'));
      assert.ok(comment);
      scene.sandbox.act.editComment('alice', comment, 'never mind');
    });
    assert.deepEqual(await say(`/approve ${id}`), ['+1']);
    assert.deepEqual(told(), []);
  });

  test('approve all, pressed: it does not find that nothing is left to approve', async () => {
    await using scene = await stage({ ...options, ledger: answersLate() });
    const { press, told } = await open(scene);
    await press('approve-all:');
    assert.deepEqual(told(), []);
  });
});
