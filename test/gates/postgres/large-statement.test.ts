import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Client } from 'pg';
import type { AnalyseSoon } from '../../../src/policy/sql/analyse.ts';
import { encodeQuery } from '../../../src/protocol/postgres/query.ts';
import { loadAnalyser } from '../../../src/suite/analyser.ts';
import { SqlThread } from '../../../src/targets/sql-thread.ts';
import { errorOf, openFixture } from './fixture.ts';

/** Statements of 64 KiB to 1 MiB, analysed as in a run; `whenLarge` may keep the gate waiting for an analysis. */
const thread = new SqlThread();
const inThread = await loadAnalyser(thread);
const usual = async (): Promise<void> => {};
let whenLarge = usual;
let analysed = 0;
let latest: Promise<unknown> = Promise.resolve();
const analyse: AnalyseSoon = (text, options) => {
  const found = inThread(text, options);
  if (!(found instanceof Promise)) return found;
  analysed += 1;
  const analysis = Promise.all([found, whenLarge()]).then(([each]) => each);
  latest = analysis;
  return analysis;
};
const fixture = await openFixture({ analyser: async () => analyse });
after(() => thread.end());
const direct = await fixture.direct();
await direct.query('create table people (id int, name text)');

const rows = (count: number) => Array.from({ length: count }, (_, row) => `(${row}, '${'x'.repeat(80)}')`);
const insert = (count: number) => `insert into people values ${rows(count).join(', ')}`;
const count = async (): Promise<number> =>
  (await direct.query('select count(*)::int as n from people')).rows[0].n;

test('while 900 KB are analysed for one connection, the statements of another are answered', async () => {
  const [one, other] = [await fixture.client(), await fixture.client()];
  const events: string[] = [];
  whenLarge = async () => {
    events.push('the large statement is being analysed');
    await other.query('select 1');
    events.push('another connection is answered');
  };
  const large = insert(10_000);
  assert.ok(large.length > 900_000 && large.length < 1024 * 1024);
  await one.query(large);
  events.push('the large statement is answered');
  whenLarge = usual;
  assert.deepEqual(events, [
    'the large statement is being analysed',
    'another connection is answered',
    'the large statement is answered',
  ]);
  assert.equal(await count(), 10_000);
});

test('what follows a large statement on its connection waits for it', async () => {
  const wire = await fixture.wire();
  const judged = await fixture.during(async () => {
    wire.send(encodeQuery('truncate people'), encodeQuery(insert(1_000)), encodeQuery('delete from people'));
    wire.send(encodeQuery('select 1'));
    for (const ends of ['TRUNCATE TABLE', 'INSERT 0 1000']) {
      assert.deepEqual(await wire.answers(), [`C ${ends}`, 'ZI']);
    }
    assert.deepEqual(await wire.answers(), ['EJA001', 'ZI']);
    assert.deepEqual(await wire.answers(), ['T', 'D', 'C SELECT 1', 'ZI']);
  });
  assert.deepEqual(
    judged.map(({ action }) => action.analysis.operations[0]?.operation),
    ['truncate', 'insert', 'delete', 'select'],
  );
  assert.equal(await count(), 1_000);
});

test('a large prepared statement is analysed once, however often it is bound', async () => {
  const client = await fixture.client();
  await direct.query('truncate people');
  const text = `insert into people select $1::int, '${'y'.repeat(100_000)}'`;
  const before = analysed;
  const judged = await fixture.during(async () => {
    for (const id of [1, 2, 3]) await client.query({ name: 'large', text, values: [id] });
  });
  assert.equal(analysed - before, 1);
  assert.deepEqual(
    judged.map(({ action, verdict }) => [verdict, action.params[0]?.value]),
    ['1', '2', '3'].map((value) => ['allow', { known: true, value }]),
  );
  assert.equal(await count(), 3);
});

test('what a large text prepares by SQL is judged when it is executed', async () => {
  const client = await fixture.client();
  const list = Array.from({ length: 20_000 }, (_, id) => id);
  await client.query(`prepare gone as delete from people where id in (${list.join(', ')})`);
  await client.query(`select '${'z'.repeat(70_000)}'; prepare kept as select count(*) from people`);
  const [gone] = await fixture.during(async () => {
    assert.equal((await errorOf(client.query('execute gone'))).code, 'JA001');
  });
  assert.match(gone?.action.statement ?? '', /^delete from people where id in \(0, 1, /);
  assert.equal(gone?.action.analysis.operations[0]?.operation, 'delete');
  assert.deepEqual((await client.query('execute kept')).rows, [{ count: '3' }]);
  assert.equal(await count(), 3);
});

for (const [protocol, ask] of [
  ['simple', (client: Client) => client.query(insert(2_000))],
  ['extended', (client: Client) => client.query(`${insert(2_000)}, ($1, 'bound')`, [2_000])],
] as const) {
  test(`nothing is judged for a session that has ended while its ${protocol} query was analysed`, async () => {
    const [client, other] = [await fixture.client(), await fixture.client()];
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    const [own] = (await client.query('select pg_backend_pid() as pid')).rows;
    whenLarge = async () => {
      await direct.query('select pg_terminate_backend($1)', [own.pid]);
      await ended;
    };
    const [before, rowsBefore] = [analysed, await count()];
    const judged = await fixture.during(async () => {
      await assert.rejects(ask(client));
      whenLarge = usual;
      await latest;
      await other.query('select 2');
    });
    assert.equal(analysed - before, 1);
    assert.deepEqual(
      judged.map(({ action }) => action.analysis.operations[0]?.operation),
      ['select'],
    );
    assert.equal(await count(), rowsBefore);
  });
}
