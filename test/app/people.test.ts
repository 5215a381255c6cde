import assert from 'node:assert/strict';
import { test } from 'node:test';
import { personNow } from '../../src/app/people.ts';
import { idOf, policyFor, repository, stage } from './help/stage.ts';

test('whoever took the login between two questions to GitHub is not taken for the one who asked', async () => {
  const person = await personNow(
    {
      account: async () => ({ login: 'alice', suspended: false }),
      permission: async () => ({ roleName: 'admin', base: 'admin', id: 2, type: 'User' }),
      inTeam: async () => true,
    },
    'acme/shop',
    { login: 'alice', id: 1 },
    ['acme/data'],
  );
  assert.deepEqual([person.id, person.roleName, person.teams], [1, null, []]);
});

test('explain and status answer who is awaited; a rerun is for who may write or decide', async () => {
  await using scene = await stage({
    policy: (appId) =>
      policyFor(appId).replace(
        'count: 1, from: { role: maintain }',
        'count: 2, from: { role: maintain, teams: [acme/data] }, breakGlass: { role: admin }',
      ),
  });
  const { create, act } = scene.sandbox;
  create.team('acme', 'data', { members: ['rita'] });
  const pull = await scene.open();
  const id = idOf(scene.del('7'));
  const ask = async (login: string, body: string) => {
    act.comment(login, pull, body);
    await scene.settle();
    return scene.ours(pull).at(-1)?.body ?? '';
  };
  const explained = await ask('rita', `/jit explain ${id.slice(0, 6)}`);
  for (const text of [
    /Why: Touches a shared database\./,
    /rule deletes/,
    /2 people with role maintain or higher, or a member of acme\/data, but not the author or whoever pushed; so far: nobody/,
    /role admin or higher may break the glass/,
  ])
    assert.match(explained, text);

  await ask('alice', `/approve ${id}`);
  const status = await ask('rita', '/jit status');
  assert.match(status, /1 held/);
  assert.match(status, /so far alice/);

  // rita only reads, but may decide; the author of a fork may not even that
  create.collaborator(repository, 'wanda', 'read');
  assert.match(await ask('wanda', '/jit rerun'), /asks for role write or higher/);
  act.comment('rita', pull, '/jit rerun');
  await scene.settle();
  assert.equal(scene.sandbox.read.runs(repository)[0]?.attempts.length, 2);
  assert.deepEqual(scene.sandbox.violations, []);
});
