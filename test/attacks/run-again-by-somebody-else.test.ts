import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idOf, repository, stage } from '../app/help/stage.ts';

/** S18: a re-run is GitHub's, with the privileges of whoever started the run: it decides nothing, whoever asks for it. */
test('who runs a held job again, its author or a maintainer, approves nothing and brings back nothing', async () => {
  await using scene = await stage();
  const pull = await scene.open();
  const { act, read } = scene.sandbox;
  const id = idOf(scene.del('7'));
  const runId = read.runs(repository)[0]?.id ?? 0;
  const facts = () => scene.ledger.facts({ repository, number: pull.number });
  const votes = async () => (await facts()).flatMap((fact) => (fact.type === 'vote' ? [fact.vote] : []));
  const granted = () => /"binds":/.test(scene.gate(pull)?.text ?? '');
  for (const who of ['wanda', 'alice']) {
    act.rerun(who, runId);
    await scene.settle();
    assert.deepEqual(await votes(), []);
    assert.equal(granted(), false);
    assert.equal(scene.gate(pull)?.conclusion, 'action_required');
  }

  // what was taken back stays so in the attempts that follow
  act.comment('alice', pull, `/approve ${id}`);
  await scene.settle();
  assert.equal(granted(), true);
  act.comment('alice', pull, `/revoke ${id}`);
  await scene.settle();
  act.rerun('wanda', runId);
  await scene.settle();
  assert.deepEqual(await votes(), ['approve', 'revoke']);
  assert.equal(granted(), false);
  assert.equal(scene.gate(pull)?.conclusion, 'action_required');
});
