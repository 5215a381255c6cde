import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flaggedOf } from '../app/help/report.ts';
import { idOf, policyFor, repository, stage } from '../app/help/stage.ts';

/** S9: CODEOWNERS from the pull request, or from a branch that somebody made for it. */
test('neither the head nor a branch of one’s own says who owns a file', async () => {
  await using scene = await stage({
    policy: (appId) =>
      policyFor(appId).replace(
        'from: { role: maintain }',
        'from: { codeowners: true, teams: [other/people] }',
      ),
    files: { '.github/CODEOWNERS': '/test/ @bob\n' },
    suite:
      ({ del }) =>
      () => [{ ...flaggedOf(del('7')), origin: { file: 'test/a.test.ts', line: 3 } }],
  });
  const { create, act } = scene.sandbox;
  create.user('will');
  create.collaborator(repository, 'will', 'write');
  const mine = { '.github/CODEOWNERS': '* @will\n' };
  await act.push(repository, 'wanda', { branch: 'lax', from: 'main', files: mine });
  const pull = await scene.open({ base: 'lax', files: { ...mine, 'src/a.ts': 'a' } });
  const id = idOf(scene.del('7'));
  act.comment('will', pull, `/approve ${id}`);
  await scene.settle();
  const answer = scene.ours(pull).at(-1)?.body ?? '';
  assert.match(answer, /will has role write; asked for: .*owner of .*test\/a\.test\.ts/);
  assert.match(answer, /bob/);
  // the team of an organisation that the App may not read is said, and stops nothing
  assert.match(answer, /other\/people/);
  const votes = async () =>
    (await scene.ledger.facts({ repository, number: pull.number })).filter((fact) => fact.type === 'vote');
  assert.deepEqual(await votes(), []);

  // to the base as everybody knows it: its owner decides
  await act.editPull('wanda', pull, { base: 'main' });
  await scene.settle();
  act.comment('bob', pull, `/approve ${id}`);
  await scene.settle();
  assert.deepEqual(
    (await votes()).map(({ by }) => by),
    ['bob'],
    scene.ours(pull).at(-1)?.body,
  );
  assert.deepEqual(scene.sandbox.violations, []);
});
