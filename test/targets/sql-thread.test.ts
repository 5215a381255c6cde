import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { unknownAnalysis } from '../../src/policy/sql/unknown.ts';
import { SqlThread } from '../../src/targets/sql-thread.ts';
import { analyser } from '../policy/sql/analyser.ts';

const usual = { standardConformingStrings: true, serverVersion: 18 };
const thread = new SqlThread();
after(() => thread.end());

const values = (rows: number) =>
  Array.from({ length: rows }, (_, row) => `(${row}, 'name ${row}', null)`).join(', ');
const insert = `insert into people (id, name, __proto__) values ${values(5_000)}`;
const plain = `select '${'x'.repeat(70_000)}'`;

const texts: Readonly<Record<string, string>> = {
  'an INSERT of 5,000 rows': insert,
  'a UNION': `select name from people${' union select name from friends where id > 5'.repeat(1_600)}`,
  'several statements': `${insert}; prepare p as delete from people where id = $1; drop table people`,
  'letters of more than one byte': `update people set name = '${'é'.repeat(40_000)}' where name = 'ü'`,
  'an expression that is too deep': `select ${'1+'.repeat(40_000)}1`,
  'a syntax error': `${insert} from`,
};

for (const [what, text] of Object.entries(texts)) {
  test(`the thread finds of ${what} what is found without it`, async () => {
    const here = analyser(text, usual);
    assert.equal(here.unknown.length, /too deep|syntax/.test(what) ? 1 : 0);
    assert.deepEqual(await thread.analyse(text, usual), here);
  });
}

test('texts that come together are answered in order', async () => {
  const order: string[] = [];
  const asked = ['first', 'second', 'third'].map(async (name) => {
    const { shape, holes } = await thread.analyse(`${plain}, '${name}' as ${name}`, usual);
    order.push(`${shape.at(-1)?.trim()} ${holes.length}`);
  });
  await Promise.all(asked);
  assert.deepEqual(order, ['as first 2', 'as second 2', 'as third 2']);
});

test('a text on which the thread dies is unknown, and the next one is analysed', async () => {
  const dying = new SqlThread({ entry: new URL('./dying-thread.ts', import.meta.url) });
  const why = {
    "select 'throw'": 'thrown in the thread',
    "select 'exit'": 'its thread ended',
    "select 'half'": 'its thread ended',
  };
  for (const [text, reason] of Object.entries(why)) {
    const [died, next] = await Promise.all([dying.analyse(text, usual), dying.analyse(plain, usual)]);
    assert.deepEqual(died, unknownAnalysis(text, `the statement could not be analysed: ${reason}`));
    assert.deepEqual(next, analyser(plain, usual));
  }
  await dying.end();
});

test('where the thread cannot even start, texts are unknown', async () => {
  const none = new SqlThread({ entry: new URL('./not-there.ts', import.meta.url) });
  for (const text of [plain, insert]) {
    const { unknown, shape } = await none.analyse(text, usual);
    assert.match(unknown.join(), /^the statement could not be analysed: Cannot find module/);
    assert.deepEqual(shape, [text]);
  }
  await none.end();
});

test('a text that takes too long is unknown', async () => {
  const hasty = new SqlThread({ milliseconds: 1 });
  const late = await hasty.analyse(insert, usual);
  assert.deepEqual(late.unknown, ['the statement could not be analysed: it took more than 0.001 s']);
  assert.deepEqual(late.shape, [insert]);
  await hasty.end();
});

test('when it ends, what waits for it is unknown, and what comes later too', async () => {
  const ending = new SqlThread();
  const waiting = [insert, plain].map((text) => ending.analyse(text, usual));
  await ending.end();
  for (const analysis of [...(await Promise.all(waiting)), await ending.analyse(plain, usual)]) {
    assert.deepEqual(analysis.unknown, ['the statement could not be analysed: the run has ended']);
  }
});
