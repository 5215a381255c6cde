import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ownersOf, parseCodeowners, undecidable } from '../../src/approval/codeowners.ts';
import { flaggedOf } from '../app/help/report.ts';
import { idOf, policyFor, repository, stage } from '../app/help/stage.ts';

/** A CODEOWNERS that nobody can review, at whose end stands a name. */
suite('a CODEOWNERS', () => {
  const open = (text: string) =>
    stage({
      policy: (appId) =>
        policyFor(appId).replace('from: { role: maintain }', 'from: { codeowners: true, users: [bob] }'),
      files: { '.github/CODEOWNERS': text },
      suite:
        ({ del }) =>
        () => [{ ...flaggedOf(del('7')), origin: { file: 'test/a.test.ts', line: 3 } }],
    });

  for (const [what, size, decides] of [
    ['of just less than 3 MB is read, to its last line', 3 * 1024 * 1024 - 100, true],
    ['of more than 3 MB is not read, names nobody, and the gate says so', 3 * 1024 * 1024 + 100, false],
  ] as const) {
    test(what, async () => {
      await using scene = await open(`${'# nothing\n'.repeat(Math.floor(size / 10))}* @will\n`);
      const { create, act } = scene.sandbox;
      create.user('will');
      create.collaborator(repository, 'will', 'write');
      const pull = await scene.open();
      act.comment('will', pull, `/approve ${idOf(scene.del('7'))}`);
      await scene.settle();
      const facts = await scene.ledger.facts({ repository, number: pull.number });
      assert.equal(
        facts.some((fact) => fact.type === 'vote'),
        decides,
        scene.ours(pull).at(-1)?.body,
      );
      const note = `${scene.gate(pull)?.summary} ${scene.ours(pull)[0]?.body}`;
      assert.equal(/larger than 3 MB/.test(note), !decides, note);
      assert.deepEqual(scene.sandbox.violations, []);
    });
  }
});

test('files that a report invents, deep and many, do not keep the App matching them with CODEOWNERS', () => {
  const text = Array.from({ length: 600 }, (_, at) => `*.x${at} @acme/team-${at}`).join('\n');
  const lines = parseCodeowners(`* @will\n${text}`);
  const deep = (at: number) => `${'a/'.repeat(490)}${at}`;
  const owners = Array.from({ length: 100 }, (_, at) => ownersOf(lines, deep(at)));
  assert.deepEqual(owners[0]?.people, ['will']);
  assert.equal(owners.at(-1), undecidable);
  // what was found stays so, and nobody else's pull request is touched by it
  assert.deepEqual(ownersOf(lines, deep(0))?.people, ['will']);
  assert.deepEqual(ownersOf(parseCodeowners(`* @will\n${text}`), deep(99))?.people, ['will']);
});
