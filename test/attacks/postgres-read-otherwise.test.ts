import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeBind } from '../../src/protocol/postgres/bind.ts';
import { encodeExecute, sync } from '../../src/protocol/postgres/named.ts';
import { encodeParse } from '../../src/protocol/postgres/parse.ts';
import { encodeQuery } from '../../src/protocol/postgres/query.ts';
import { message } from '../../src/protocol/postgres/writer.ts';
import { errorOf, openFixture } from '../gates/postgres/fixture.ts';

/** Texts that the server reads otherwise than they look, because of the session's settings. */
const fixture = await openFixture();
const direct = await fixture.direct();
await direct.query('create table users (id int primary key)');
await direct.query('insert into users select generate_series(1, 10)');
const count = async (): Promise<number> =>
  (await direct.query('select count(*)::int as n from users')).rows[0].n;

const unnamed = Buffer.alloc(0);
const run = (text: string | Buffer): Buffer =>
  Buffer.concat([encodeParse('', text), encodeBind(unnamed, ''), encodeExecute('')]);
const query = (bytes: Buffer): Buffer => message('Q', bytes, Buffer.from([0]));

/** One string by the standard; with backslashes taken as escapes it ends early and a DELETE follows. */
const backslash = String.raw`select 'a\''; delete from users; --'`;

test('with standard_conforming_strings off a backslash makes a text unknown', async () => {
  const wire = await fixture.wire();
  wire.send(encodeQuery(backslash));
  assert.deepEqual(await wire.answers(), ['T', 'D', 'C SELECT 1', 'ZI']);
  wire.send(encodeQuery('set standard_conforming_strings = off'));
  await wire.answers();
  wire.send(encodeQuery(backslash));
  assert.equal((await wire.answers()).at(-2)?.slice(0, 1), 'E');
  assert.equal(await count(), 10);
  assert.match(fixture.judged.at(-1)?.action.analysis.unknown.join() ?? '', /standard_conforming_strings/);
});

test('also when it is switched off in the pipeline before the text, or in one write with it', async () => {
  for (const between of [[sync], []]) {
    const wire = await fixture.wire();
    const [, judged] = await fixture.during(async () => {
      wire.send(run('set standard_conforming_strings = off'), ...between, run(backslash), sync);
      const answers = await wire.answers();
      if (between.length > 0) await wire.answers();
      else assert.equal(answers.at(-2)?.slice(0, 1), 'E');
    });
    assert.equal(await count(), 10);
    assert.ok(judged === undefined || judged.action.analysis.unknown.length > 0);
  }
});

test('also when the start-up packet switches it off', async () => {
  await fixture.deciding(
    () => 'allow',
    async () => {
      const wire = await fixture.wire({ options: '-c standard_conforming_strings=off' });
      const [judged] = await fixture.during(async () => {
        wire.send(encodeQuery('select 1'), encodeQuery(String.raw`select 'a\nb'`));
        await wire.answers();
        await wire.answers();
      });
      assert.deepEqual(judged?.action.analysis.unknown, []);
      assert.ok((fixture.judged.at(-1)?.action.analysis.unknown.length ?? 0) > 0);
    },
  );
});

test('in a client encoding other than UTF-8 a text beyond ASCII is unknown', async () => {
  const wire = await fixture.wire({ client_encoding: 'SJIS' });
  // 0x95 0x5c is one character of Shift JIS, whose second byte looks like a backslash
  const text = Buffer.concat([Buffer.from("select '"), Buffer.from([0x95, 0x5c]), Buffer.from("'")]);
  wire.send(query(text));
  assert.deepEqual(await wire.answers(), ['EJA001', 'ZI']);
  assert.match(fixture.judged.at(-1)?.action.analysis.unknown.join() ?? '', /SJIS/);
  wire.send(encodeQuery('select 1'));
  assert.deepEqual(await wire.answers(), ['T', 'D', 'C SELECT 1', 'ZI']);
});

test('a parameter in another encoding is unknown and bound by its bytes', async () => {
  const wire = await fixture.wire({ client_encoding: 'LATIN1' });
  // ä in Latin 1 … and by chance an UTF-8 é
  const bind = message('B', Buffer.from('\0\0'), Buffer.from([0, 0, 0, 1, 0, 0, 0, 2, 0xc3, 0xa9, 0, 0]));
  const [judged] = await fixture.during(async () => {
    wire.send(encodeParse('', 'select $1::text'), bind, encodeExecute(''), sync);
    await wire.answers();
  });
  assert.equal(judged?.action.params[0]?.value.known, false);
  assert.equal(judged.action.params[0].hex, 'c3a9');
});

test('a text that is not UTF-8 in a session of UTF-8 is unknown', async () => {
  const wire = await fixture.wire();
  wire.send(query(Buffer.concat([Buffer.from("select '"), Buffer.from([0xc3]), Buffer.from("'")])));
  // the server has the same opinion, and its error is the answer
  assert.deepEqual(await wire.answers(), ['E22021', 'ZI']);
  assert.match(fixture.judged.at(-1)?.action.analysis.unknown.join() ?? '', /not UTF-8/);
});

test('the refusal of a session in another encoding is written in ASCII', async () => {
  const client = await fixture.client();
  await client.query("set client_encoding = 'LATIN1'");
  const { message, detail } = await errorOf(client.query('delete from users'));
  assert.deepEqual([message, detail], ['held by the rule no-deletes', 'r\\u{e8}gle no-deletes']);
});
