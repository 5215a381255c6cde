import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { encodeBind } from '../../src/protocol/postgres/bind.ts';
import { encodeExecute, sync } from '../../src/protocol/postgres/named.ts';
import { encodeParse } from '../../src/protocol/postgres/parse.ts';
import { type Decide, errorOf, openFixture } from '../gates/postgres/fixture.ts';

/** Ways past the gate that are not statements, and names that stand for others than they seem to. */
const fixture = await openFixture();
const direct = await fixture.direct();
await direct.query('create table users (id int primary key)');
await direct.query('insert into users select generate_series(1, 10)');
await direct.query('create role clerk');

test('a replication connection is denied, whatever it calls itself', async () => {
  for (const replication of ['true', 'on', '1', 'database', 'yes']) {
    const error = await errorOf(fixture.wire({ replication }));
    assert.equal(error.code, 'JA002', replication);
    assert.equal(error.severity, 'FATAL');
  }
  const wire = await fixture.wire({ replication: 'false' });
  wire.send(encodeParse('', 'select 1'), sync);
  assert.deepEqual(await wire.answers(), ['1', 'ZI']);
});

test('settings of the start-up packet are judged as the SET that they are', async () => {
  const holdSets: Decide = ({ analysis }) =>
    analysis.unknown.length > 0 || analysis.operations.some(({ operation }) => operation === 'set')
      ? 'held'
      : 'allow';
  await fixture.deciding(holdSets, async () => {
    for (const parameters of [
      { options: '-c session_replication_role=replica' },
      { options: '--session-replication-role=replica' },
      { options: '-csession_replication_role=replica' },
      { options: '-c TimeZone=UTC -c role=clerk' },
      { options: '-fs' },
      { search_path: 'app' },
      { role: 'clerk' },
    ]) {
      const error = await errorOf(fixture.wire(parameters));
      assert.equal(error.code, 'JA001', JSON.stringify(parameters));
    }
    const statement = fixture.judged.at(-1)?.action.statement;
    assert.equal(statement, `SET "role" TO 'clerk'`);
    assert.equal(fixture.judged.at(-1)?.settled, 'refused');
    await fixture.wire({ application_name: 'x', datestyle: 'ISO', options: '-c statement_timeout=1000' });
  });
});

test('the role of the start-up packet is the session’s role', async () => {
  const wire = await fixture.wire({ options: '-c role=clerk' });
  const [judged] = await fixture.during(async () => {
    wire.send(encodeParse('', 'select 1'), encodeBind(Buffer.alloc(0), ''), encodeExecute(''), sync);
    await wire.answers();
  });
  assert.equal(judged?.action.role, 'clerk');
});

test('a temporary table of the allowed name does not lend its exemption to another, nor keep it', async () => {
  // as `unless: [ { sql: { table: public.sessions } } ]` would: exempt only what resolves to it
  await direct.query('create table sessions (id int)');
  const exemptSessions: Decide = async ({ analysis }, scope) => {
    const tables = analysis.operations.flatMap((operation) => operation.tables);
    if (!analysis.operations.some(({ operation }) => operation === 'delete')) return 'allow';
    const found = await scope?.resolve(tables);
    const exempt =
      found?.known === true &&
      found.value.every((table) => table?.schema === 'public' && table.name === 'sessions');
    return exempt ? 'allow' : 'held';
  };
  await fixture.deciding(exemptSessions, async () => {
    const client = await fixture.client();
    await client.query('delete from sessions');
    await client.query('create temp table sessions (id int)');
    assert.equal((await errorOf(client.query('delete from sessions'))).code, 'JA001');
    await client.query('drop table pg_temp.sessions');
    await client.query('delete from sessions');
    await client.query('create schema evil; create table evil.sessions (id int); set search_path = evil');
    assert.equal((await errorOf(client.query('delete from sessions'))).code, 'JA001');
    assert.equal(
      (await errorOf(client.query('set search_path = public; delete from sessions'))).code,
      'JA001',
    );
  });
});

test('an approval’s identity follows the database that a session asked for', async () => {
  await direct.query('create database elsewhere');
  const url = new URL(fixture.url);
  url.pathname = '/elsewhere';
  const [judged] = await fixture.during(async () => {
    const client = new pg.Client(url.href);
    await client.connect();
    await client.query('select 1');
    await client.end();
  });
  assert.match(judged?.action.target.identity ?? '', /\/elsewhere$/);
});

test('no child of the gate’s environment, error or notice shows the target’s password', async () => {
  const errors = [
    await errorOf(new pg.Client(fixture.url.replace(fixture.gate.password, 'wrong')).connect()),
    await errorOf((await fixture.client()).query('delete from users')),
  ];
  const shown = JSON.stringify([
    errors,
    fixture.notices,
    fixture.gate,
    fixture.judged.map(({ action }) => action),
  ]);
  assert.ok(!shown.includes(fixture.db.password));
});
