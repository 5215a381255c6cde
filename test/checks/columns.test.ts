import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { runCheck } from '../../src/checks/run-check.ts';
import type { CheckResult } from '../../src/policy/verdict.ts';
import { openFixture } from '../gates/postgres/fixture.ts';
import { run } from '../policy/actions.ts';
import { requestOf } from './request.ts';

const fixture = await openFixture();
const direct = await fixture.direct();
await direct.query(`
  create type mood as enum ('happy', 'sad');
  create domain short as text check (length(value) < 5);
  create table people (
    id int generated always as identity,
    email varchar(20) not null,
    name text not null default 'nobody',
    age int constraint grown_up check (age >= 18),
    feels mood,
    nick short,
    born date,
    small smallint,
    admin boolean,
    shout text generated always as (upper(email)) stored,
    min int default 1, max int, constraint ordered check (min <= max)
  );
  create table filled (id int not null, note text);
  create function fill() returns trigger language plpgsql as $$ begin new.id := 1; return new; end $$;
  create trigger fill before insert on filled for each row execute function fill();
  create function is_fine(int) returns boolean language sql immutable as $$ select true $$;
  create table guarded (id int check (is_fine(id)));
  create view grown as select id, email from people;
`);

/** What `columns` says of the only statement that `work` sends. */
/** Whether PostgreSQL itself took the statement, and what we let it do. */
let taken = false;
let verdict: 'allow' | 'denied' = 'allow';

async function met(work: (client: pg.Client) => Promise<unknown>, on?: pg.Client): Promise<CheckResult> {
  const client = on ?? (await fixture.client());
  const results: CheckResult[] = [];
  await fixture.deciding(
    async (action, scope): Promise<'allow' | 'denied'> => {
      results.push(
        await runCheck(requestOf({ type: 'columns' }), action, run, async () => ({ known: false, why: '' }), {
          scope,
          environment: {},
          facts: async () => ({}),
        }),
      );
      return verdict;
    },
    async () => {
      taken = await work(client).then(
        () => true,
        () => false,
      );
    },
  );
  const [result] = results;
  if (result === undefined || results.length !== 1)
    throw new Error(`${results.length} statements were judged`);
  return result;
}

const of = (text: string, values: unknown[] = [], on?: pg.Client) =>
  met((client) => client.query(text, values), on);
const told = ({ outcome, expected, met: what }: CheckResult) => [outcome, expected, what];

test('what agrees with its table passes', async () => {
  for (const [text, values] of [
    ["insert into people (email) values ('a@x')", []],
    [
      'insert into people (email, age, feels, nick, born, small, admin) values ($1, $2, $3, $4, $5, $6, $7)',
      ['a@x', 20, 'sad', 'abc', '2000-02-29', 5, true],
    ],
    ["insert into people (email, name) values ('a@x', default)", []],
    ["insert into people (email, age) values ('a@x', null), ('b@x', 18)", []],
    ["update people set age = 30, feels = 'happy' where id = 1", []],
    ["insert into people (email, min, max) values ('a@x', 1, 2)", []],
    ["insert into people (email, max) values ('a@x', 2)", []],
    ["insert into people (id, email) overriding system value values (7, 'a@x')", []],
  ] as const) {
    assert.deepEqual(told(await of(text, [...values])), ['passed', '', ''], text);
    assert.ok(taken, `PostgreSQL refuses ${text}`);
  }
});

test('a failure names the column, the constraint or the labels, and never the value', async () => {
  const cases: [string, RegExp, RegExp][] = [
    [
      "insert into people (emial) values ('s3cret')",
      /a column of public\.people \(id, email/,
      /"emial"; was "email" meant/,
    ],
    [
      'insert into people (age) values (20)',
      /column "email".*NOT NULL/,
      /none is given, and it has no default/,
    ],
    ['insert into people (email) values (null)', /column "email".*NOT NULL/, /NULL is given/],
    ['update people set email = null', /column "email".*NOT NULL/, /NULL is given/],
    [
      "insert into people (email, feels) values ('a', 's3cret')",
      /one of 'happy', 'sad' \(enum mood\)/,
      /another text/,
    ],
    [
      "insert into people (email, age) values ('a', 's3cret')",
      /type integer for column "age"/,
      /does not take/,
    ],
    ["insert into people (email, age) values ('a', 3000000000)", /type integer/, /outside its range/],
    ["insert into people (email, age) values ('a', true)", /type integer/, /a boolean/],
    ["insert into people (email, small) values ('a', 40000)", /type smallint/, /outside its range/],
    ["insert into people (email, born) values ('a', '2001-02-29')", /type date/, /does not take/],
    ["insert into people (email, born) values ('a', 5)", /type date/, /a number/],
    ["insert into people (email, nick) values ('a', 's3cret')", /type short/, /does not take/],
    [
      "insert into people (email) values ('123456789012345678901')",
      /character varying\(20\)/,
      /21 characters/,
    ],
    [
      "insert into people (email, age) values ('a', 17)",
      /CHECK constraint "grown_up".*age >= 18/,
      /break it/,
    ],
    ["insert into people (email, max) values ('a', 0)", /CHECK constraint "ordered"/, /break it/],
    ["insert into people (id, email) values (7, 'a')", /"id", which is always generated/, /one is given/],
    [
      "insert into people (shout, email) values ('A', 'a')",
      /"shout", which is always generated/,
      /one is given/,
    ],
    ['insert into nowhere (id) values (1)', /the table nowhere/, /no such table/],
    ["insert into people (emial) select 'x'", /a column of public\.people/, /"emial"/],
  ];
  for (const [text, expected, what] of cases) {
    const result = await of(text);
    assert.equal(result.outcome, 'failed', text);
    assert.match(result.expected, expected, text);
    assert.match(result.met, what, text);
    assert.equal(taken, false, `PostgreSQL takes ${text}`);
    assert.doesNotMatch(`${result.expected} ${result.met}`, /s3cret/);
  }
});

test('what cannot be seen is unknown', async () => {
  for (const [text, why] of [
    ['insert into people (email) values (lower($1))', /computed/],
    ["insert into people (email) select 'a'", /rows come from a query/],
    ["insert into people values (1, 'a')", /names no columns/],
    ['update people set min = 5', /reads "max" of the rows/],
    ["insert into filled (note) values ('x')", /a trigger/],
    ['insert into guarded (id) values (1)', /functions or types of the database's own/],
    ["insert into grown (email) values ('a')", /a view/],
    ['delete from people', /neither/],
    ['select 1; select 2', /several statements/],
  ] as const) {
    const result = await of(text, text.includes('$1') ? ['a'] : []);
    assert.equal(result.outcome, 'unknown', text);
    assert.match(result.met, why, text);
  }
});

test('a table altered during the run is seen at the next statement', async () => {
  const [one, two] = [await fixture.client(), await fixture.client()];
  await direct.query('create table living (id int, old text)');
  const insert = "insert into living (id, old) values (1, 'x')";
  assert.equal((await of(insert, [], one)).outcome, 'passed');
  assert.equal((await of(insert, [], two)).outcome, 'passed');
  await two.query('alter table living rename old to fresh');
  assert.match((await of(insert, [], one)).met, /"old"/);
  await two.query('begin');
  await two.query('alter table living alter fresh set not null');
  const without = 'insert into living (id) values (1)';
  // it would wait for the lock that ALTER holds
  verdict = 'denied';
  assert.equal((await of(without, [], one)).outcome, 'passed', 'nobody else sees it yet');
  await two.query('savepoint before');
  assert.match((await of(without, [], two)).expected, /"fresh".*NOT NULL/);
  await two.query('rollback to before');
  await two.query('commit');
  assert.match((await of(without, [], one)).expected, /"fresh".*NOT NULL/);
  verdict = 'allow';
});

test('an ALTER that is rolled back is forgotten', async () => {
  const client = await fixture.client();
  await direct.query('create table undone (id int)');
  await client.query('begin');
  await client.query('alter table undone add must int not null');
  assert.match((await of('insert into undone (id) values (1)', [], client)).expected, /"must"/);
  await client.query('rollback');
  assert.equal((await of('insert into undone (id) values (1)', [], client)).outcome, 'passed');
});

test('definitions are read once for all sessions', async () => {
  await direct.query('create table once (id int)');
  const insert = 'insert into once (id) values (1)';
  assert.equal((await of(insert)).outcome, 'passed');
  // behind the gate's back: what was read stays until a statement through the gate may have changed it
  await direct.query('alter table once rename id to other');
  assert.equal((await of(insert)).outcome, 'passed');
  await (await fixture.client()).query('create table any_other (id int)');
  assert.match((await of(insert)).expected, /a column of public\.once \(other\)/);
});

test('temporary tables of two sessions are told apart', async () => {
  const [one, two] = [await fixture.client(), await fixture.client()];
  await one.query('create temp table scratch (a int)');
  await two.query('create temp table scratch (b int)');
  assert.equal((await of('insert into scratch (a) values (1)', [], one)).outcome, 'passed');
  assert.equal((await of('insert into scratch (b) values (1)', [], two)).outcome, 'passed');
  assert.equal((await of('insert into scratch (a) values (1)', [], two)).outcome, 'failed');
});
