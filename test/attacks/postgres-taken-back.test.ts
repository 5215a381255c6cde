import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeQuery } from '../../src/protocol/postgres/query.ts';
import { type Decide, openFixture } from '../gates/postgres/fixture.ts';

/** What a transaction changed is taken back at its end: by ROLLBACK, by an error, and SET LOCAL by COMMIT too. */
const fixture = await openFixture();
const direct = await fixture.direct();
await direct.query(`create schema audit; create table orders (id int); create table sessions (id int);
  create table audit.sessions (id int)`);

/** A string for who reads it with the setting on, a DELETE for who reads it with the setting off. */
const hidden = "select '\\'' ; delete from orders; --'";
const counted = async (table: string): Promise<unknown> =>
  (await direct.query(`select count(*)::int as n from ${table}`)).rows[0].n;

test('a setting that a transaction made does not outlive it in how the next text is read', async () => {
  await direct.query('insert into orders values (1)');
  const ends = [
    ['rollback', hidden],
    ['commit', hidden],
    ['select 1/0', `rollback; ${hidden}`],
  ];
  for (const texts of ends) {
    const wire = await fixture.wire({ options: '-c standard_conforming_strings=off' });
    wire.send(encodeQuery('begin; set local standard_conforming_strings = on'));
    await wire.answers();
    wire.send(...texts.map((text) => encodeQuery(text)));
    for (const _ of texts) await wire.answers();
    assert.equal(fixture.judged.at(-1)?.verdict, 'held', texts.join());
    assert.equal(await counted('orders'), 1, texts.join());
  }
});

test('nor in what a name means', async () => {
  await direct.query('insert into audit.sessions values (1)');
  const exemptSessions: Decide = async ({ analysis }, scope) => {
    const tables = analysis.operations.flatMap((operation) => operation.tables);
    if (tables.length === 0) return 'allow';
    const found = await scope?.resolve(tables);
    return found?.known === true && found.value.every((table) => table?.schema === 'public')
      ? 'allow'
      : 'held';
  };
  await fixture.deciding(exemptSessions, async () => {
    for (const texts of [
      ['commit', 'delete from sessions'],
      ['commit; delete from sessions'],
      ['select 1/0', 'commit; delete from sessions'],
    ]) {
      const wire = await fixture.wire({ options: '-c search_path=audit' });
      wire.send(encodeQuery('begin; set local search_path = public'));
      await wire.answers();
      wire.send(encodeQuery('delete from sessions'));
      assert.deepEqual(await wire.answers(), ['C DELETE 0', 'ZT']);
      wire.send(...texts.map((text) => encodeQuery(text)));
      for (const _ of texts) await wire.answers();
      assert.equal(fixture.judged.at(-1)?.verdict, 'held', texts.join());
      assert.equal(await counted('audit.sessions'), 1, texts.join());
    }
    const client = await fixture.client();
    await client.query('begin; delete from sessions; commit');
  });
});
