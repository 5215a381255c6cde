import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeBind } from '../../src/protocol/postgres/bind.ts';
import { encodeClose, encodeExecute, sync } from '../../src/protocol/postgres/named.ts';
import { encodeParse } from '../../src/protocol/postgres/parse.ts';
import { encodeQuery } from '../../src/protocol/postgres/query.ts';
import { errorOf, openFixture } from '../gates/postgres/fixture.ts';

/**
 * The gate judges a name by the text that it knows under it. Each of these makes the server know another text
 * than a careless gate would: the DELETE must be judged, or not run.
 */
const fixture = await openFixture();
const direct = await fixture.direct();
await direct.query('create table users (id int primary key)');
await direct.query('insert into users select generate_series(1, 10)');
const count = async (): Promise<number> =>
  (await direct.query('select count(*)::int as n from users')).rows[0].n;

const unnamed = Buffer.alloc(0);
const execute = (name: string): Buffer => Buffer.concat([encodeBind(unnamed, name), encodeExecute('')]);
const deletion = 'delete from users';

/** No DELETE ever reached the target, whatever was answered. */
async function nothingDeleted(): Promise<void> {
  assert.equal(await count(), 10);
  assert.ok(
    fixture.judged.every(
      ({ action, settled }) =>
        !/^delete/i.test(action.statement) || settled === 'refused' || settled === 'void',
    ),
  );
}

test('a Parse that fails because the name is taken does not rename what stands under it', async () => {
  const wire = await fixture.wire();
  wire.send(encodeParse('s', deletion), sync);
  assert.deepEqual(await wire.answers(), ['1', 'ZI']);
  wire.send(encodeParse('s', 'select 1'), sync);
  assert.deepEqual(await wire.answers(), ['E42P05', 'ZI']);
  wire.send(execute('s'), sync);
  assert.deepEqual(await wire.answers(), ['EJA001', 'ZI']);
  await nothingDeleted();
});

test('nor when the failing Parse and the Bind come in one write, with a Sync between', async () => {
  const wire = await fixture.wire();
  wire.send(encodeParse('s', deletion), sync, encodeParse('s', 'select 1'), sync, execute('s'), sync);
  assert.deepEqual(await wire.answers(), ['1', 'ZI']);
  assert.deepEqual(await wire.answers(), ['E42P05', 'ZI']);
  assert.deepEqual(await wire.answers(), ['EJA001', 'ZI']);
  await nothingDeleted();
});

test('a Parse that the server skipped after an error does not count', async () => {
  const wire = await fixture.wire();
  wire.send(encodeParse('', deletion), sync);
  await wire.answers();
  wire.send(encodeParse('broken', 'selec'), encodeParse('', 'select 1'), sync, execute(''), sync);
  assert.deepEqual(await wire.answers(), ['E42601', 'ZI']);
  assert.deepEqual(await wire.answers(), ['EJA001', 'ZI']);
  await nothingDeleted();
});

test('SQL’s PREPARE and the protocol’s Parse share one space of names, both ways', async () => {
  const wire = await fixture.wire();
  wire.send(encodeQuery(`prepare s as ${deletion}`));
  await wire.answers();
  wire.send(execute('s'), sync);
  assert.deepEqual(await wire.answers(), ['EJA001', 'ZI']);
  wire.send(encodeParse('t', deletion), sync);
  await wire.answers();
  wire.send(encodeQuery('execute t'));
  assert.deepEqual(await wire.answers(), ['EJA001', 'ZI']);
  await nothingDeleted();
});

test('EXECUTE is judged as what it runs, with its arguments as the values', async () => {
  const client = await fixture.client();
  await client.query('prepare by_id (int, text) as delete from users where id = $1 and $2 = $2');
  const [judged] = await fixture.during(async () => {
    assert.equal((await errorOf(client.query("EXECUTE by_id(7, 'seven')"))).code, 'JA001');
  });
  assert.equal(judged?.action.statement, 'delete from users where id = $1 and $2 = $2');
  assert.deepEqual(
    judged.action.params.map(({ value }) => value),
    [
      { known: true, value: '7' },
      { known: true, value: 'seven' },
    ],
  );
  await nothingDeleted();
});

test('EXECUTE with a computed argument, inside EXPLAIN ANALYZE or CREATE TABLE AS binds the prepared text too', async () => {
  const client = await fixture.client();
  await client.query('prepare d (int) as delete from users where id = $1');
  for (const text of ['execute d(3 + 4)', 'explain analyze execute d(7)', 'create table x as execute d(7)']) {
    const [judged] = await fixture.during(async () => {
      assert.equal((await errorOf(client.query(text))).code, 'JA001', text);
    });
    const { analysis } = judged?.action ?? assert.fail();
    assert.ok(analysis.operations.some(({ operation }) => operation === 'delete'));
    assert.match(analysis.shape.join('?'), /delete from users/);
  }
  await nothingDeleted();
});

test('a name prepared twice in one text with its EXECUTE is unknown', async () => {
  const client = await fixture.client();
  await client.query('prepare s as select 1');
  const text = `execute s; deallocate s; prepare s as ${deletion}; execute s`;
  assert.equal((await errorOf(client.query(text))).code, 'JA001');
  await nothingDeleted();
});

test('names that agree in their first 63 bytes are one name', async () => {
  const long = 'n'.repeat(63);
  const wire = await fixture.wire();
  wire.send(
    encodeParse(`${long}x`, 'select 1'),
    encodeClose('statement', `${long}y`),
    encodeParse(`${long}z`, deletion),
  );
  wire.send(sync, execute(`${long}x`), sync);
  assert.deepEqual(await wire.answers(), ['1', '3', '1', 'ZI']);
  assert.deepEqual(await wire.answers(), ['EJA001', 'ZI']);
  await nothingDeleted();
});

test('a text of several statements that fails half-way leaves no name believed', async () => {
  const wire = await fixture.wire();
  wire.send(encodeParse('s', 'select 1'), sync);
  await wire.answers();
  wire.send(encodeQuery(`deallocate s; prepare s as ${deletion}; select 1/0; prepare s as select 2`));
  assert.deepEqual((await wire.answers()).at(-1), 'ZI');
  wire.send(execute('s'), sync);
  assert.deepEqual(await wire.answers(), ['E26000', 'ZI']);
  await nothingDeleted();
});

test('what a text that cannot be read may have prepared is doubted', async () => {
  const wire = await fixture.wire();
  wire.send(encodeParse('s', 'select 1'), sync);
  await wire.answers();
  const hidden = `deallocate s; prepare s as ${deletion} ${'/* '.padEnd(1024 * 1024, 'x')} */`;
  await fixture.deciding(
    () => 'allow',
    async () => {
      wire.send(encodeQuery(hidden));
      assert.equal((await wire.answers()).at(-1), 'ZI');
    },
  );
  wire.send(execute('s'), sync);
  assert.deepEqual(await wire.answers(), ['EJA001', 'ZI']);
  await nothingDeleted();
});

test('a Bind that fails does not give its portal’s name another verdict', async () => {
  const wire = await fixture.wire();
  wire.send(encodeQuery('begin'));
  await wire.answers();
  wire.send(encodeParse('p', 'prepare later as select 1'), encodeBind(Buffer.from('one'), 'p'), sync);
  assert.deepEqual(await wire.answers(), ['1', '2', 'ZT']);
  // the portal's name is taken, so this fails and the transaction with it
  wire.send(encodeParse('q', 'select 2'), encodeBind(Buffer.from('one'), 'q'), sync);
  assert.deepEqual(await wire.answers(), ['1', 'E42P03', 'ZE']);
  wire.send(encodeExecute('one'), sync);
  assert.equal((await wire.answers()).at(-1), 'ZE');
  await nothingDeleted();
});
