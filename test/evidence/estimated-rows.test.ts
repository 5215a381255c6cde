import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { estimatedRows } from '../../src/evidence/estimated-rows.ts';
import type { Known } from '../../src/policy/action.ts';
import { errorOf, openFixture } from '../gates/postgres/fixture.ts';

const fixture = await openFixture();
const direct = await fixture.direct();
await direct.query(`
  create table items (id int primary key, kind text);
  insert into items select n, 'a' from generate_series(1, 5000) n;
  analyze items;
  create table traces (what text);
  create function note() returns void language sql volatile as $$ insert into traces values ('planned') $$;
  create function leave() returns int language plpgsql immutable as
    $$ begin perform note(); return 1; end $$;
  create function escape() returns int language plpgsql immutable as
    $$ begin perform set_config('transaction_read_only', 'off', false); perform note(); return 1; end $$;
  create function slow() returns int language plpgsql immutable as
    $$ begin perform pg_sleep(60); return 1; end $$;
`);

/** What is estimated of the statement that `text` is; it is refused, so that only looking could do anything. */
async function estimate(text: string, values: unknown[] = [], on?: pg.Client): Promise<Known<number>> {
  const client = on ?? (await fixture.client());
  const found: Known<number>[] = [];
  await fixture.deciding(
    async (action, scope): Promise<'denied'> => {
      found.push(await estimatedRows(action, scope));
      return 'denied';
    },
    () => errorOf(client.query(text, values)),
  );
  const [only] = found;
  if (only === undefined) throw new Error('nothing was judged');
  return only;
}

const rows = async (...given: Parameters<typeof estimate>) => {
  const known = await estimate(...given);
  return known.known ? known.value : known.why;
};

test('the planner’s number of rows is told for what is changed, and for what is read', async () => {
  assert.equal(await rows('delete from items'), 5000);
  assert.equal(await rows('delete from items where id = $1', [7]), 1);
  assert.equal(await rows("update items set kind = 'b' where id = 7 returning id"), 1);
  assert.equal(await rows("insert into items values (6001, 'a'), (6002, 'b')"), 2);
  assert.equal(await rows('select * from items'), 5000);
  assert.equal(await rows('select * from items limit 3'), 3);
  assert.equal(await rows('with gone as (delete from items returning id) select 1'), 5000);
});

test('inside a transaction its own uncommitted rows and tables count, and nothing of the looking stays', async () => {
  const client = await fixture.client();
  await client.query('begin');
  await client.query('create table fresh as select n from generate_series(1, 200) n');
  await client.query('analyze fresh');
  await client.query('savepoint before');
  assert.equal(await rows('delete from fresh', [], client), 200);
  await client.query('rollback to before');
  const { rows: settings } = await client.query(
    "select current_setting('transaction_read_only') as ro, current_setting('statement_timeout') as timeout",
  );
  assert.deepEqual(settings, [{ ro: 'off', timeout: '0' }]);
  await client.query('rollback');
});

test('functions that planning runs leave nothing behind, idle or in a transaction', async () => {
  await direct.query('explain delete from items where id = leave()');
  assert.equal((await direct.query('delete from traces')).rowCount, 1, 'plain EXPLAIN would');
  const client = await fixture.client();
  for (const name of ['leave', 'escape']) {
    assert.match(
      String(await rows(`delete from items where id = ${name}()`, [], client)),
      /read-only|read-write/,
    );
    await client.query('begin');
    await client.query('savepoint before');
    assert.match(
      String(await rows(`delete from items where id = ${name}()`, [], client)),
      /read-only|read-write/,
    );
    await client.query('rollback to before');
    await client.query('commit');
  }
  assert.equal((await direct.query('select from traces')).rowCount, 0);
});

test('what takes too long, or waits for a lock, is unknown', async () => {
  assert.match(String(await rows('delete from items where id = slow()')), /statement timeout/);
  await direct.query('begin; lock table items in access exclusive mode');
  assert.match(String(await rows('delete from items')), /lock timeout/);
  await direct.query('rollback');
  assert.equal(await rows('delete from items where id = 1'), 1);
});

test('names mean what they mean to the session', async () => {
  const client = await fixture.client();
  await direct.query(
    'create schema other; create table other.items (id int); insert into other.items values (1)',
  );
  await direct.query('analyze other.items; create role reader; grant usage on schema other to reader');
  await client.query('set search_path = other');
  assert.equal(await rows('delete from items', [], client), 1);
  await client.query('set role reader');
  assert.match(String(await rows('select * from items', [], client)), /permission denied|^\d+$/);
  const own = await fixture.client();
  await own.query('create temp table items (id int)');
  assert.match(String(await rows('delete from items', [], own)), /temporary tables/);
});

test('what EXPLAIN does not take, or nobody can read, is unknown', async () => {
  for (const text of [
    'truncate items',
    'selec',
    'delete from items; select 1',
    'delete from nowhere',
    'copy items to stdout',
  ]) {
    assert.equal((await estimate(text)).known, false, text);
  }
});
