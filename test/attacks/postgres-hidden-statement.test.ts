import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeBind } from '../../src/protocol/postgres/bind.ts';
import { encodeExecute, flush, sync } from '../../src/protocol/postgres/named.ts';
import { encodeParse } from '../../src/protocol/postgres/parse.ts';
import { encodeQuery } from '../../src/protocol/postgres/query.ts';
import { int16, int32, message } from '../../src/protocol/postgres/writer.ts';
import { errorOf, openFixture } from '../gates/postgres/fixture.ts';

/** Ways to have a DELETE run that the gate does not see as one. */
const fixture = await openFixture();
const direct = await fixture.direct();
await direct.query('create table users (id int primary key)');
await direct.query('insert into users select generate_series(1, 10)');
const count = async (): Promise<number> =>
  (await direct.query('select count(*)::int as n from users')).rows[0].n;

const unnamed = Buffer.alloc(0);
const run = (text: string): Buffer =>
  Buffer.concat([encodeParse('', text), encodeBind(unnamed, ''), encodeExecute('')]);

test('among several statements of one text, one is enough, and none of them runs', async () => {
  const client = await fixture.client();
  for (const text of [
    'select 1; delete from users; select 2',
    'create table left_behind (i int); delete from users',
    'with gone as (delete from users returning id) select count(*) from gone',
    'begin; commit; delete from users',
    'explain analyze delete from users',
    'copy (delete from users returning id) to stdout',
    "select 1 /* ' */; delete from users -- '",
  ]) {
    assert.equal((await errorOf(client.query(text))).code, 'JA001', text);
  }
  assert.equal(await count(), 10);
  assert.deepEqual((await direct.query("select to_regclass('left_behind') as found")).rows, [
    { found: null },
  ]);
});

test('in a failed transaction ROLLBACK does not open the door for what follows it in the text', async () => {
  const client = await fixture.client();
  for (const text of ['rollback; delete from users', 'commit; delete from users; begin']) {
    await client.query('begin');
    await errorOf(client.query('select 1/0'));
    // the refusal is an EXECUTE, which a failed transaction answers as it answers all
    assert.equal((await errorOf(client.query(text))).code, '25P02', text);
    await client.query('rollback');
  }
  assert.equal(await count(), 10);
});

test('nor in the pipeline after it, before the server’s word on the transaction', async () => {
  const wire = await fixture.wire();
  const fail = async (): Promise<void> => {
    wire.send(encodeQuery('begin'));
    await wire.answers();
    wire.send(encodeQuery('select 1/0'));
    assert.equal((await wire.answers()).at(-1), 'ZE');
  };
  await fail();
  wire.send(run('rollback'), run('delete from users'), sync);
  assert.deepEqual(await wire.answers(), ['1', '2', 'C ROLLBACK', '1', 'EJA001', 'ZI']);
  await fail();
  wire.send(run('rollback'), flush);
  assert.deepEqual(await wire.until('C'), ['1', '2', 'C ROLLBACK']);
  wire.send(run('delete from users'), sync);
  assert.deepEqual(await wire.answers(), ['1', 'EJA001', 'ZI']);
  await fail();
  wire.send(run('rollback'), encodeQuery('delete from users'));
  assert.deepEqual(await wire.answers(), ['1', '2', 'C ROLLBACK', 'EJA001', 'ZI']);
  assert.equal(await count(), 10);
});

test('bytes after the end of a Query’s text are no second statement', async () => {
  const wire = await fixture.wire();
  wire.send(message('Q', Buffer.from('select 1\0delete from users\0')));
  assert.deepEqual(await wire.closed(), ['E08P01']);
  assert.equal(await count(), 10);
});

test('Bind alone runs functions, so what is refused is not even bound', async () => {
  await direct.query(
    'create function leak() returns int language plpgsql immutable as $$ begin insert into users values (999); return 1; end $$',
  );
  const wire = await fixture.wire();
  const holdCalls = () => 'held' as const;
  await fixture.deciding(holdCalls, async () => {
    wire.send(encodeParse('', 'select leak()'), encodeBind(unnamed, ''), sync);
    assert.deepEqual(await wire.answers(), ['1', 'EJA001', 'ZI']);
  });
  assert.equal(await count(), 10);
});

test('a FunctionCall has no text and is held as unknown, and the session goes on', async () => {
  await direct.query(
    'create function wipe() returns bigint language sql as $$ delete from users; select 1::bigint $$',
  );
  const { rows } = await direct.query("select 'wipe()'::regprocedure::oid::int as oid");
  const call = message('F', int32(rows[0].oid), int16(0), int16(0), int16(0));
  const wire = await fixture.wire();
  const [judged] = await fixture.during(async () => {
    wire.send(call);
    assert.deepEqual(await wire.answers(), ['EJA001', 'ZI']);
  });
  assert.match(judged?.action.analysis.unknown.join() ?? '', /FunctionCall/);
  assert.equal(judged?.settled, 'refused');
  assert.equal(await count(), 10);
  await fixture.deciding(
    () => 'allow',
    async () => {
      wire.send(call);
      assert.deepEqual(await wire.answers(), ['V', 'ZI']);
    },
  );
  assert.equal(await count(), 0);
  await direct.query('insert into users select generate_series(1, 10)');
});

test('a message that is no COPY data cannot be hidden among COPY data', async () => {
  const wire = await fixture.wire();
  wire.send(encodeQuery('create temp table copied (id int)'));
  await wire.answers();
  wire.send(encodeQuery('copy copied from stdin'));
  await wire.until('G');
  wire.send(message('d', Buffer.from('1\n')), encodeQuery('delete from users'));
  assert.deepEqual(await wire.closed(), ['E08P01']);
  assert.equal(await count(), 10);
});
