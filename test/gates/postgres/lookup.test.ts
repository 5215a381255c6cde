import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Known, TableName } from '../../../src/policy/action.ts';
import type { Resolution } from '../../../src/policy/verdict.ts';
import { encodeBind } from '../../../src/protocol/postgres/bind.ts';
import { encodeExecute, sync } from '../../../src/protocol/postgres/named.ts';
import { encodeParse } from '../../../src/protocol/postgres/parse.ts';
import { encodeQuery } from '../../../src/protocol/postgres/query.ts';
import { int32, message } from '../../../src/protocol/postgres/writer.ts';
import { type Decide, errorOf, openFixture } from './fixture.ts';

const fixture = await openFixture();
const direct = await fixture.direct();
await direct.query('create table users (id int primary key)');
await direct.query(
  'create schema app; create table app.users (id int); create table app."Odd ""name" (id int)',
);
await direct.query('create role clerk; create role guest; grant usage on schema app to clerk');
await direct.query('grant select, insert on public.users to clerk, guest');

const unnamed = Buffer.alloc(0);
const run = (text: string): Buffer =>
  Buffer.concat([encodeParse('', text), encodeBind(unnamed, ''), encodeExecute('')]);
const users: TableName = { schema: null, name: 'users' };

type Answers = Known<readonly Resolution[]>[];

/** What the judge is told about `tables` for each statement that `work` sends. */
async function resolving(tables: readonly TableName[], work: () => Promise<unknown>): Promise<Answers> {
  const answers: Answers = [];
  const ask: Decide = async (_, scope): Promise<'allow'> => {
    if (scope !== null) answers.push(await scope.resolve(tables));
    return 'allow';
  };
  await fixture.deciding(ask, work);
  return answers;
}

const known = (...value: Resolution[]) => ({ known: true, value });

test('names mean what the session means by them', async () => {
  const client = await fixture.client();
  const odd = { schema: 'app', name: 'Odd "name' };
  const tables = [users, odd, { schema: null, name: 'nope' }, { schema: 'nope', name: 'users' }];
  const publicUsers = { schema: 'public', name: 'users' };
  const appUsers = { schema: 'app', name: 'users' };
  assert.deepEqual(await resolving(tables, () => client.query('select 1')), [
    known(publicUsers, odd, null, null),
  ]);
  await client.query('set search_path = app, public');
  assert.deepEqual(await resolving(tables, () => client.query('select 1')), [
    known(appUsers, odd, null, null),
  ]);
});

test('a temporary table shadows, as pg_temp, until it is gone', async () => {
  const client = await fixture.client();
  const seen = () => resolving([users, { schema: 'pg_temp', name: 'users' }], () => client.query('select 1'));
  assert.deepEqual(await seen(), [known({ schema: 'public', name: 'users' }, null)]);
  await client.query('create temp table users (id int)');
  const temp = { schema: 'pg_temp', name: 'users' };
  assert.deepEqual(await seen(), [known(temp, temp)]);
  await client.query('discard temp');
  assert.deepEqual(await seen(), [known({ schema: 'public', name: 'users' }, null)]);
});

test('what a transaction changed is seen inside it and forgotten with it', async () => {
  const client = await fixture.client();
  const seen = () => resolving([users], () => client.query('select 1'));
  await client.query('begin');
  await client.query('create temp table users (id int)');
  assert.deepEqual(await seen(), [known({ schema: 'pg_temp', name: 'users' })]);
  assert.deepEqual(await seen(), [known({ schema: 'pg_temp', name: 'users' })]);
  await client.query('rollback');
  assert.deepEqual(await seen(), [known({ schema: 'public', name: 'users' })]);
});

test('ROLLBACK TO undoes what names mean, too', async () => {
  const client = await fixture.client();
  const seen = () => resolving([users], () => client.query('select 1'));
  await client.query('begin');
  await client.query('savepoint s');
  await client.query('set local search_path = app');
  assert.deepEqual(await seen(), [known({ schema: 'app', name: 'users' })]);
  await client.query('rollback to s');
  assert.deepEqual(await seen(), [known({ schema: 'public', name: 'users' })]);
  await client.query('commit');
});

test('another session’s DDL is seen', async () => {
  const [one, two] = [await fixture.client(), await fixture.client()];
  const fresh = [{ schema: null, name: 'fresh' }];
  assert.deepEqual(await resolving(fresh, () => one.query('select 1')), [known(null)]);
  await two.query('begin');
  await two.query('create table fresh (id int)');
  assert.deepEqual(await resolving(fresh, () => one.query('select 1')), [known(null)]);
  await two.query('commit');
  assert.deepEqual(await resolving(fresh, () => one.query('select 1')), [
    known({ schema: 'public', name: 'fresh' }),
  ]);
});

test('an error while looking up costs the client neither its transaction nor its statement', async () => {
  const client = await fixture.client();
  await client.query('begin');
  await client.query('set local role guest');
  await client.query('insert into public.users values (-1)');
  const hidden = [{ schema: 'app', name: 'users' }];
  const [answer] = await resolving(hidden, () => client.query('select 1'));
  assert.equal(answer?.known, false);
  assert.match(answer.known ? '' : answer.why, /permission denied for schema app/);
  await client.query('commit');
  assert.deepEqual(await client.query('delete from nowhere where false').catch((e) => e.code), 'JA001');
  assert.deepEqual((await direct.query('delete from users where id = -1')).rowCount, 1);
});

test('looking up leaves no savepoint, no setting and no prepared statement behind', async () => {
  const client = await fixture.client();
  await client.query('begin');
  await resolving([users], () => client.query('select 1'));
  const { rows } = await client.query(
    "select (select count(*)::int from pg_prepared_statements) as statements, (select count(*)::int from pg_cursors where name like 'jit%') as cursors, current_setting('transaction_read_only') as ro",
  );
  assert.deepEqual(rows, [{ statements: 0, cursors: 0, ro: 'off' }]);
  await client.query('insert into users values (-2)');
  assert.equal((await errorOf(client.query('release jit'))).code, '3B001');
  await client.query('rollback');
});

test('looking up between Bind and Execute leaves the client’s unnamed portal alone', async () => {
  const wire = await fixture.wire();
  wire.send(encodeQuery('begin'));
  await wire.answers();
  wire.send(encodeParse('', 'select id from generate_series(1, 5) id'), encodeBind(unnamed, ''));
  wire.send(message('E', Buffer.from([0]), int32(2)), sync);
  assert.deepEqual((await wire.answers()).slice(-2), ['s', 'ZT']);
  const [answer] = await resolving([users], async () => {
    wire.send(encodeParse('other', 'select 1'), encodeBind(Buffer.from('other'), 'other'), sync);
    await wire.answers();
  });
  assert.equal(answer?.known, true);
  wire.send(encodeExecute(''), sync);
  assert.deepEqual((await wire.answers()).slice(-2), ['C SELECT 3', 'ZT']);
});

test('inside an implicit transaction nothing can be looked up, and nothing is committed by trying', async () => {
  const wire = await fixture.wire();
  const answers: Answers = [];
  const ask: Decide = async (_, scope): Promise<'allow'> => {
    // a name of its own each time, as an answer that is known already needs no asking
    if (scope !== null) answers.push(await scope.resolve([{ schema: null, name: `t${answers.length}` }]));
    return 'allow';
  };
  await fixture.deciding(ask, async () => {
    wire.send(run('insert into users values (-3)'), run('select 1'), run('select 1/0'), sync);
    assert.equal((await wire.answers()).at(-1), 'ZI');
  });
  assert.deepEqual(
    answers.map((answer) => answer.known),
    [true, false, false],
  );
  assert.equal((await direct.query('select 1 from users where id = -3')).rowCount, 0);
});

test('LOCK still comes before the snapshot of its transaction', async () => {
  const client = await fixture.client();
  await client.query('begin isolation level repeatable read');
  const [answer] = await resolving([{ schema: null, name: 'unseen' }], () =>
    client.query('lock table users'),
  );
  assert.equal(answer?.known, false);
  // a transaction that has its snapshot already could not change this any more
  await client.query('set transaction isolation level serializable');
  await client.query('rollback');
});

test('a text that changes what names mean before it uses them is not looked up', async () => {
  const client = await fixture.client();
  const [answer] = await resolving([users], () => client.query('set search_path = app; select * from users'));
  assert.equal(answer?.known, false);
});

test('the role is followed through SET ROLE, transactions and functions', async () => {
  const client = await fixture.client();
  const role = async (): Promise<string | undefined> =>
    (await fixture.during(() => client.query('select 1')))[0]?.action.role;
  assert.equal(await role(), 'postgres');
  await client.query('set role clerk');
  assert.equal(await role(), 'clerk');
  await client.query('reset role');
  assert.equal(await role(), 'postgres');
  await client.query('begin');
  await client.query('set local role guest');
  assert.equal(await role(), 'guest');
  assert.equal(await role(), 'guest');
  await client.query('commit');
  assert.equal(await role(), 'postgres');
  await client.query('begin');
  await client.query('set role clerk');
  await client.query('rollback');
  assert.equal(await role(), 'postgres');
  await client.query(
    "create function login_as(name text) returns text language sql as $$ select set_config('role', name, false) $$",
  );
  await client.query("select login_as('guest')");
  assert.equal(await role(), 'guest');
  await client.query('set session authorization clerk');
  assert.equal(await role(), 'clerk');
});

test('a text that changes the role before its other statements run is unknown', async () => {
  const client = await fixture.client();
  const [judged] = await fixture.during(async () => {
    assert.equal((await errorOf(client.query('set role clerk; select 1'))).code, 'JA001');
  });
  assert.match(judged?.action.analysis.unknown.join() ?? '', /changes the role/);
});
