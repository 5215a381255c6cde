import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeBind } from '../../src/protocol/postgres/bind.ts';
import { encodeExecute, sync } from '../../src/protocol/postgres/named.ts';
import { encodeParse } from '../../src/protocol/postgres/parse.ts';
import { encodeQuery } from '../../src/protocol/postgres/query.ts';
import { type Decide, openFixture } from '../gates/postgres/fixture.ts';

/** A portal of a statement that the server reads anew at Execute, and a name that changes in between. */
const fixture = await openFixture();
const direct = await fixture.direct();
await direct.query(`create schema audit; create table orders (id int); create table sessions (id int);
  create table audit.sessions (id int); insert into orders values (1); insert into audit.sessions values (1)`);
const portal = Buffer.from('p');
const counted = async (table: string): Promise<unknown> =>
  (await direct.query(`select count(*)::int as n from ${table}`)).rows[0].n;

/** A session: sends messages and answers what came back. */
async function session() {
  const wire = await fixture.wire();
  return async (...messages: Buffer[]): Promise<string[]> => {
    wire.send(...messages);
    return wire.answers();
  };
}
type Say = Awaited<ReturnType<typeof session>>;

/** A portal of EXECUTE whose statement has another one under its name when it runs, by `run`. */
async function refusesAnotherUnderItsName(say: Say, run: readonly Buffer[], meanwhile?: () => Promise<void>) {
  await say(encodeQuery('begin; prepare foo as select 1 as a'));
  await say(encodeParse('s', 'execute foo'), encodeBind(portal, 's'), sync);
  await meanwhile?.();
  await say(encodeQuery('deallocate foo'));
  await say(encodeParse('foo', 'delete from orders returning 1 as a'), sync);
  assert.deepEqual(await say(...run), ['EJA001', 'ZE']);
  assert.equal(fixture.judged.at(-1)?.settled, 'refused');
  await say(encodeQuery('commit'));
  assert.equal(await counted('orders'), 1);
}

/** A portal of TRUNCATE whose table's name means one in `audit` when it runs. */
async function refusesAnotherTable(say: Say, meanwhile?: () => Promise<void>) {
  await say(encodeQuery('begin'));
  await say(encodeParse('s', 'truncate sessions'), encodeBind(portal, 's'), sync);
  await meanwhile?.();
  await say(encodeQuery('set search_path = audit'));
  assert.deepEqual(await say(encodeExecute('p'), sync), ['EJA001', 'S', 'ZE']);
  await say(encodeQuery('commit'));
  assert.equal(await counted('audit.sessions'), 1);
}

const holdAudit: Decide = async ({ analysis }, scope) => {
  if (analysis.unknown.length > 0) return 'held';
  const found = await scope?.resolve(analysis.operations.flatMap((operation) => operation.tables));
  return found?.known === true && found.value.every((table) => table?.schema === 'public') ? 'allow' : 'held';
};

test('EXECUTE in a bound portal does not run what was prepared under its name later', async () => {
  for (const run of [[encodeExecute('p'), sync], [encodeQuery('fetch all from p')]])
    await refusesAnotherUnderItsName(await session(), run);
});

test('TRUNCATE in a bound portal does not reach a table that its name means later', async () => {
  await fixture.deciding(holdAudit, async () => {
    const say = await session();
    await refusesAnotherTable(say);
    const usual = [encodeParse('', 'truncate sessions'), encodeBind(Buffer.alloc(0), ''), encodeExecute('')];
    assert.deepEqual(await say(...usual, ...usual, sync), [
      '1',
      '2',
      'C TRUNCATE TABLE',
      '1',
      '2',
      'C TRUNCATE TABLE',
      'ZI',
    ]);
  });
});

test('nor after another Bind of its name has failed, when ROLLBACK TO has brought the portal back', async () => {
  await fixture.deciding(holdAudit, async () => {
    const say = await session();
    await refusesAnotherTable(say, async () => {
      await say(encodeQuery('savepoint here'));
      const other = [encodeParse('t', 'select 2'), encodeBind(portal, 't'), sync];
      assert.deepEqual(await say(...other), ['1', 'E42P03', 'ZE']);
      await say(encodeQuery('rollback to here'));
    });
  });
});

test('nor EXECUTE in a portal that outlived an error what was prepared under its name later', async () => {
  const say = await session();
  await refusesAnotherUnderItsName(say, [encodeExecute('p'), sync], async () => {
    await say(encodeQuery('savepoint here'));
    assert.equal((await say(encodeQuery('select 1/0'))).at(-1), 'ZE');
    await say(encodeQuery('rollback to here'));
  });
});
