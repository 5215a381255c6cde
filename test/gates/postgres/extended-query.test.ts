import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeBind } from '../../../src/protocol/postgres/bind.ts';
import { encodeClose, encodeExecute, flush, sync } from '../../../src/protocol/postgres/named.ts';
import { encodeParse } from '../../../src/protocol/postgres/parse.ts';
import { encodeQuery } from '../../../src/protocol/postgres/query.ts';
import { cstring, int16, int32, message } from '../../../src/protocol/postgres/writer.ts';
import { type Decide, errorOf, openFixture } from './fixture.ts';

const fixture = await openFixture();
const setup = await fixture.direct();
await setup.query('create table users (id int primary key, email text)');
await setup.query("insert into users select i, 'u' || i from generate_series(1, 1000) i");
const count = async (): Promise<number> =>
  (await setup.query('select count(*)::int as n from users')).rows[0].n;

const unnamed = Buffer.alloc(0);
const describePortal = message('D', Buffer.from('P\0'));
const describeStatement = message('D', Buffer.from('S\0'));
/** Parse, Bind, Describe, Execute of the unnamed statement. */
const run = (text: string, ...values: string[]): Buffer =>
  Buffer.concat([encodeParse('', text), encodeBind(unnamed, '', values), describePortal, encodeExecute('')]);

test('a held statement with parameters fails with JA001 and the judge has seen its values', async () => {
  const client = await fixture.client();
  const [judged] = await fixture.during(async () => {
    assert.equal((await errorOf(client.query('delete from users where id = $1', [7]))).code, 'JA001');
  });
  assert.deepEqual(judged?.action.params, [{ oid: 0, value: { known: true, value: '7' }, hex: '37' }]);
  assert.equal(judged.action.statement, 'delete from users where id = $1');
  assert.equal(judged.action.role, 'postgres');
  assert.equal(judged.settled, 'refused');
  assert.equal(await count(), 1000);
  assert.deepEqual((await client.query('select $1::int as n', [1])).rows, [{ n: 1 }]);
});

test('in a pipeline what follows a refusal is skipped up to the Sync, and does not count', async () => {
  const wire = await fixture.wire();
  const judged = await fixture.during(async () => {
    wire.send(
      run("insert into users values (2001, 'a')"),
      run('delete from users'),
      run("insert into users values (2002, 'b')"),
      sync,
      run('select 1'),
      sync,
    );
    assert.deepEqual(await wire.answers(), ['1', '2', 'n', 'C INSERT 0 1', '1', 'EJA001', 'ZI']);
    assert.deepEqual(await wire.answers(), ['1', '2', 'T', 'D', 'C SELECT 1', 'ZI']);
  });
  assert.equal(await count(), 1000);
  assert.deepEqual(
    judged.map(({ action, settled }) => [action.statement.slice(0, 6), settled]),
    [
      ['insert', 'completed'],
      ['delete', 'refused'],
      ...(judged.length === 4 ? [['insert', 'void']] : []),
      ['select', 'completed'],
    ],
  );
});

test('a hold after an earlier error of the pipeline never came to it and does not count', async () => {
  const wire = await fixture.wire();
  const judged = await fixture.during(async () => {
    // planning divides already, so this fails at its Bind
    wire.send(run('select 1/0'), run('delete from users'), sync);
    assert.deepEqual(await wire.answers(), ['1', 'E22012', 'ZI']);
  });
  assert.equal(judged[0]?.settled, 'failed');
  // judged only when it came before the server's error did
  assert.ok(judged.length === 1 || judged[1]?.settled === 'void');
  assert.equal(await count(), 1000);
});

test('a portal that is continued is judged once', async () => {
  const wire = await fixture.wire();
  const some = message('E', cstring('p'), int32(400));
  const judged = await fixture.during(async () => {
    wire.send(encodeQuery('begin'));
    await wire.answers();
    wire.send(encodeParse('', 'select id from users'), encodeBind(Buffer.from('p'), ''), some, sync);
    assert.deepEqual((await wire.answers()).slice(-2), ['s', 'ZT']);
    wire.send(some, some, sync);
    assert.deepEqual((await wire.answers()).slice(-2), ['C SELECT 200', 'ZT']);
  });
  assert.deepEqual(
    judged.map(({ action }) => action.statement),
    ['begin', 'select id from users'],
  );
  assert.equal(judged[1]?.settled, 'completed');
});

test('a prepared statement is judged at every Bind with the values of that Bind', async () => {
  const client = await fixture.client();
  const holdThirteen: Decide = ({ params: [first] }) =>
    first?.value.known && first.value.value === '13' ? 'held' : 'allow';
  const query = { name: 'by-id', text: 'select id from users where id = $1' };
  await fixture.deciding(holdThirteen, async () => {
    assert.equal((await client.query({ ...query, values: [12] })).rows.length, 1);
    assert.equal((await errorOf(client.query({ ...query, values: [13] }))).code, 'JA001');
    assert.equal((await client.query({ ...query, values: [14] })).rows.length, 1);
  });
});

test('after DEALLOCATE and DISCARD ALL a Bind gets the server’s own 26000, under the name it used', async () => {
  const wire = await fixture.wire();
  for (const end of ['deallocate s', 'deallocate all', 'discard all']) {
    wire.send(encodeParse('s', 'select 1'), sync);
    assert.deepEqual(await wire.answers(), ['1', 'ZI']);
    wire.send(encodeQuery(end));
    await wire.answers();
    wire.send(encodeBind(unnamed, 's'), encodeExecute(''), sync);
    assert.deepEqual(await wire.answers(), ['E26000', 'ZI'], end);
  }
  wire.send(encodeParse('s', 'select 1'), encodeClose('statement', 's'), encodeBind(unnamed, 's'), sync);
  assert.deepEqual(await wire.answers(), ['1', '3', 'E26000', 'ZI']);
});

test('a simple Query drops the unnamed statement, for the gate as for the server', async () => {
  const wire = await fixture.wire();
  wire.send(encodeParse('', 'select 1'), sync);
  await wire.answers();
  wire.send(encodeQuery('select 2'));
  await wire.answers();
  wire.send(encodeBind(unnamed, ''), encodeExecute(''), sync);
  assert.deepEqual(await wire.answers(), ['E26000', 'ZI']);
});

test('a refusal leaves the client’s prepared statements and its cursor alone', async () => {
  const wire = await fixture.wire();
  wire.send(encodeParse('kept', 'select 1'), sync);
  await wire.answers();
  wire.send(run('delete from users'), sync);
  assert.deepEqual(await wire.answers(), ['1', 'EJA001', 'ZI']);
  wire.send(encodeBind(unnamed, 'kept'), encodeExecute(''), sync);
  assert.deepEqual(await wire.answers(), ['2', 'D', 'C SELECT 1', 'ZI']);
});

test('COPY by the extended protocol: the Sync sent ahead is discarded, the one after counts', async () => {
  const wire = await fixture.wire();
  wire.send(encodeQuery('create temp table copied (id int)'));
  await wire.answers();
  wire.send(run('copy copied from stdin'), sync);
  assert.deepEqual(await wire.until('G'), ['1', '2', 'n', 'G']);
  wire.send(message('d', Buffer.from('1\n2\n')), message('c'), sync);
  assert.deepEqual(await wire.answers(), ['C COPY 2', 'ZI']);
  wire.send(run('select count(*) from copied'), sync);
  assert.deepEqual(await wire.answers(), ['1', '2', 'T', 'D', 'C SELECT 1', 'ZI']);
});

test('binary values are read by the types that the server has told', async () => {
  const direct = await fixture.direct();
  const types: readonly (readonly [string, string])[] = [
    ['bool', 'true'],
    ['int2', '-7'],
    ['int4', '2147483647'],
    ['int8', '9007199254740993'],
    ['float4', '0.1'],
    ['float8', '-1.5e-7'],
    ['float8', '1e15'],
    ['float4', '123456.7'],
    ['float4', '1234567'],
    ['text', 'naïve'],
    ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ['bytea', '\\xdeadbeef'],
    ['date', '1969-07-20'],
    ['timestamp', '2026-02-03 04:05:06.7'],
    ['jsonb', '{"a": 1}'],
    ['oid', '4294967295'],
  ];
  for (const [type, value] of types) {
    const send = {
      bool: 'boolsend',
      date: 'date_send',
      uuid: 'uuid_send',
      timestamp: 'timestamp_send',
      jsonb: 'jsonb_send',
    }[type];
    const { rows } = await direct.query(
      `select encode(${send ?? `${type}send`}($1::${type}), 'hex') as hex, $1::${type}::text as text`,
      [value],
    );
    const bytes = Buffer.from(rows[0].hex, 'hex');
    const bind = message(
      'B',
      cstring(''),
      cstring(''),
      int16(1),
      int16(1),
      int16(1),
      int32(bytes.length),
      bytes,
      int16(0),
    );
    const wire = await fixture.wire();
    const [judged] = await fixture.during(async () => {
      wire.send(encodeParse('', `select $1::${type}`), describeStatement, sync);
      await wire.answers();
      wire.send(bind, encodeExecute(''), sync);
      assert.deepEqual(await wire.answers(), ['2', 'D', 'C SELECT 1', 'ZI'], type);
    });
    const text = type === 'bool' ? 't' : rows[0].text;
    assert.deepEqual(judged?.action.params[0]?.value, { known: true, value: text }, type);
    assert.equal(judged.action.params[0].hex, rows[0].hex);
  }
});

test('a binary value of a type that is not read is unknown and bound by its bytes', async () => {
  const wire = await fixture.wire();
  const point = Buffer.alloc(16);
  const bind = message(
    'B',
    cstring(''),
    cstring(''),
    int16(1),
    int16(1),
    int16(1),
    int32(16),
    point,
    int16(0),
  );
  const [judged] = await fixture.during(async () => {
    wire.send(encodeParse('', 'select $1', [600]), bind, encodeExecute(''), sync);
    await wire.answers();
  });
  assert.deepEqual(judged?.action.params[0], {
    oid: 600,
    value: { known: false, why: 'a binary parameter of the type with OID 600' },
    hex: point.toString('hex'),
  });
});

test('Flush brings answers before any Sync', async () => {
  const wire = await fixture.wire();
  wire.send(encodeParse('', 'select 1'), flush);
  assert.deepEqual(await wire.until('1'), ['1']);
  wire.send(encodeBind(unnamed, ''), encodeExecute(''), flush);
  assert.deepEqual(await wire.until('C'), ['2', 'D', 'C SELECT 1']);
  wire.send(sync);
  assert.deepEqual(await wire.answers(), ['ZI']);
});
