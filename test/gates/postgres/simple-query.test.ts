import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeQuery } from '../../../src/protocol/postgres/query.ts';
import { message } from '../../../src/protocol/postgres/writer.ts';
import { type Decide, errorOf, heldId, openFixture } from './fixture.ts';

const fixture = await openFixture();
const setup = await fixture.direct();
await setup.query('create table users (id int primary key, email text)');
await setup.query("insert into users select i, 'u' || i from generate_series(1, 1000) i");
const count = async (): Promise<number> =>
  (await setup.query('select count(*)::int as n from users')).rows[0].n;

test('a held Query fails with JA001, names the action id in its hint, and changes nothing', async () => {
  const client = await fixture.client();
  const [judged] = await fixture.during(async () => {
    const error = await errorOf(client.query('delete from users'));
    assert.equal(error.code, 'JA001');
    assert.equal(error.severity, 'ERROR');
    assert.equal(error.message, 'held by the rule no-deletes');
    assert.equal(error.detail, 'règle no-deletes');
    assert.match(error.hint ?? '', new RegExp(heldId));
  });
  assert.equal(judged?.settled, 'refused');
  assert.equal(judged.latencyMs, null);
  assert.equal(await count(), 1000);
  assert.deepEqual((await client.query('select 1 as n')).rows, [{ n: 1 }]);
});

test('a denied Query fails with JA002', async () => {
  const client = await fixture.client();
  await fixture.deciding(
    () => 'denied',
    async () => assert.equal((await errorOf(client.query('select 1'))).code, 'JA002'),
  );
});

test('in a transaction a refusal fails the transaction as any error does, and ROLLBACK ends that', async () => {
  const client = await fixture.client();
  await client.query('begin');
  await client.query("update users set email = 'changed' where id = 1");
  assert.equal((await errorOf(client.query('delete from users'))).code, 'JA001');
  assert.equal((await errorOf(client.query('select 1'))).code, '25P02');
  await client.query('rollback');
  const { rows } = await client.query('select email from users where id = 1');
  assert.deepEqual(rows, [{ email: 'u1' }]);
  assert.equal(await count(), 1000);
});

test('a savepoint survives a refusal after it', async () => {
  const client = await fixture.client();
  await client.query("begin; update users set email = 'kept' where id = 2; savepoint s");
  assert.equal((await errorOf(client.query('delete from users'))).code, 'JA001');
  await client.query('rollback to s');
  await client.query('commit');
  assert.deepEqual((await client.query('select email from users where id = 2')).rows, [{ email: 'kept' }]);
});

test('an allowed Query is settled with its latency, a failing one as failed', async () => {
  const client = await fixture.client();
  const judged = await fixture.during(async () => {
    await client.query('select 1');
    assert.equal((await errorOf(client.query('select 1/0'))).code, '22012');
  });
  assert.deepEqual(
    judged.map(({ settled, latencyMs }) => [settled, typeof latencyMs]),
    [
      ['completed', 'number'],
      ['failed', 'number'],
    ],
  );
});

test('an empty Query runs nothing and is not judged', async () => {
  const client = await fixture.client();
  const judged = await fixture.during(() => client.query('  -- nothing\n;'));
  assert.deepEqual(judged, []);
});

test('a syntax error is the server’s own, also where the statement would have been held', async () => {
  const client = await fixture.client();
  const [judged] = await fixture.during(async () => {
    const error = await errorOf(client.query('selec 1'));
    assert.equal(error.code, '42601');
    assert.equal(error.position, '1');
  });
  assert.equal(judged?.verdict, 'held');
  assert.equal(judged.settled, 'void');
  await client.query('begin');
  assert.equal((await errorOf(client.query('selec 1'))).code, '42601');
  assert.equal((await errorOf(client.query('select 1'))).code, '25P02');
  await client.query('rollback');
});

test('what our parser cannot read but the server accepts is held, and leaves nothing behind', async () => {
  const client = await fixture.client();
  const tooLong = `select ${'/* '.padEnd(1024 * 1024, 'x')} */ 1`;
  const [judged] = await fixture.during(async () => {
    assert.equal((await errorOf(client.query(tooLong))).code, 'JA001');
  });
  assert.equal(judged?.settled, 'refused');
  assert.deepEqual((await client.query('select 1 as n')).rows, [{ n: 1 }]);
});

test('several statements that our parser cannot read are held as well, not refused by the way they are offered', async () => {
  const client = await fixture.client();
  const [judged] = await fixture.during(async () => {
    const tooLong = `select 1; select 2 ${'/* '.padEnd(1024 * 1024, 'x')} */`;
    assert.equal((await errorOf(client.query(tooLong))).code, 'JA001');
  });
  assert.equal(judged?.settled, 'refused');
});

test('rows come through whole, also 100,000 of them', async () => {
  const client = await fixture.client();
  const { rows } = await client.query("select i, repeat('x', 20) as v from generate_series(1, 100000) i");
  assert.equal(rows.length, 100_000);
  assert.deepEqual(rows[99_999], { i: 100_000, v: 'x'.repeat(20) });
});

test('notices and errors with a position arrive as the server sent them', async () => {
  const client = await fixture.client();
  const notices: string[] = [];
  client.on('notice', (notice) => notices.push(notice.message ?? ''));
  await client.query('drop table if exists nowhere');
  assert.deepEqual(notices, ['table "nowhere" does not exist, skipping']);
  assert.equal((await errorOf(client.query('select nope'))).position, '8');
});

test('COPY streams in both directions', async () => {
  const wire = await fixture.wire();
  wire.send(encodeQuery('create temp table copied (id int, v text)'));
  assert.deepEqual(await wire.answers(), ['C CREATE TABLE', 'ZI']);
  wire.send(encodeQuery('copy copied from stdin'));
  assert.deepEqual(await wire.until('G'), ['G']);
  for (let at = 0; at < 5000; at++) wire.send(message('d', Buffer.from(`${at}\trow ${at}\n`)));
  wire.send(message('c'));
  assert.deepEqual(await wire.answers(), ['C COPY 5000', 'ZI']);
  wire.send(encodeQuery('copy copied to stdout'));
  const out = await wire.answers();
  assert.deepEqual(out.slice(0, 1), ['H']);
  assert.deepEqual(out.slice(-3), ['c', 'C COPY 5000', 'ZI']);
});

test('COPY data that the server refuses, or the client takes back, ends with one error', async () => {
  const wire = await fixture.wire();
  wire.send(encodeQuery('create temp table copied (id int)'));
  await wire.answers();
  wire.send(encodeQuery('copy copied from stdin'));
  await wire.until('G');
  wire.send(message('d', Buffer.from('not a number\n')), message('c'));
  assert.deepEqual(await wire.answers(), ['E22P02', 'ZI']);
  wire.send(encodeQuery('copy copied from stdin'));
  await wire.until('G');
  wire.send(message('f', Buffer.from('changed my mind\0')));
  assert.deepEqual(await wire.answers(), ['E57014', 'ZI']);
});

test('a held COPY never asks for data', async () => {
  const client = await fixture.client();
  await fixture.deciding(
    ({ analysis }) => (analysis.operations.some(({ operation }) => operation === 'copy') ? 'held' : 'allow'),
    async () => assert.equal((await errorOf(client.query('copy users from stdin'))).code, 'JA001'),
  );
  assert.equal(await count(), 1000);
});

test('cursors: DECLARE is judged as its query, FETCH brings its rows', async () => {
  const client = await fixture.client();
  await client.query('begin');
  await client.query('declare c cursor for select id from users order by id');
  assert.equal((await client.query('fetch 3 from c')).rows.length, 3);
  await client.query('commit');
  const holdUsers: Decide = ({ analysis }) =>
    analysis.operations.some(({ tables }) => tables.some(({ name }) => name === 'users')) ? 'held' : 'allow';
  await fixture.deciding(holdUsers, async () => {
    await client.query('begin');
    const error = await errorOf(client.query('declare c cursor for select id from users'));
    assert.equal(error.code, 'JA001');
    await client.query('rollback');
  });
});
