import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { loadAnalyser } from '../../src/suite/analyser.ts';
import { SqlThread } from '../../src/targets/sql-thread.ts';
import { type Decide, errorOf, openFixture } from '../gates/postgres/fixture.ts';

/** A statement so large that it is analysed in a thread does not pass for that. */
const thread = new SqlThread();
const dying = new SqlThread({ entry: new URL('../targets/dying-thread.ts', import.meta.url) });
const inThread = await loadAnalyser(thread);
const inDying = await loadAnalyser(dying);
let analyse = inThread;
const fixture = await openFixture({ analyser: async () => (text, options) => analyse(text, options) });
after(async () => {
  await thread.end();
  await dying.end();
});
const direct = await fixture.direct();
await direct.query("create table users (id int, name text); insert into users values (1, 'one')");
const count = async (): Promise<number> =>
  (await direct.query('select count(*)::int as n from users')).rows[0].n;

const holdDrops: Decide = ({ analysis }) =>
  analysis.unknown.length > 0 || analysis.operations.some(({ operation }) => operation === 'drop')
    ? 'held'
    : 'allow';
const rows = (value: string) => Array.from({ length: 2_200 }, (_, row) => `(${row}, '${value}')`).join(', ');
const insert = `insert into users values ${rows('x'.repeat(85))}`;

test('a DROP at the end of 200 KB is held, and nothing before it has run', async () => {
  assert.ok(insert.length > 200_000);
  const client = await fixture.client();
  await fixture.deciding(holdDrops, async () => {
    assert.equal((await errorOf(client.query(`${insert}; drop table users`))).code, 'JA001');
    await client.query(`prepare later as ${insert}`);
    assert.equal((await errorOf(client.query('execute later; drop table users'))).code, 'JA001');
  });
  assert.equal(await count(), 1);
});

test('a text on which the thread dies is held', async () => {
  const client = await fixture.client();
  analyse = inDying;
  const [judged] = await fixture.during(async () => {
    assert.equal((await errorOf(client.query(`${insert}, (0, 'exit')`))).code, 'JA001');
  });
  analyse = inThread;
  assert.match(judged?.action.analysis.unknown.join() ?? '', /could not be analysed: its thread ended/);
  assert.equal(await count(), 1);
});

test('what one session reads harmlessly is not let pass in another that reads it otherwise', async () => {
  // one string by the standard; with backslashes taken as escapes it ends early and a DELETE follows
  const text = String.raw`select '${'x'.repeat(70_000)}\''; delete from users; --'`;
  const client = await fixture.client();
  assert.equal((await client.query(text)).rows.length, 1);
  const other = await fixture.client();
  await other.query('set standard_conforming_strings = off');
  await errorOf(other.query(text));
  assert.match(fixture.judged.at(-1)?.action.analysis.unknown.join() ?? '', /standard_conforming_strings/);
  assert.equal(await count(), 1);
});
