import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnalyser } from '../../../src/policy/sql/analyse.ts';
import { largeElsewhere } from '../../../src/policy/sql/large.ts';
import { unknownAnalysis } from '../../../src/policy/sql/unknown.ts';
import { analyser, parser } from './analyser.ts';

const usual = { standardConformingStrings: true };
const select = (value: string) => `select '${value}'`;

/** What was analysed elsewhere, in order. */
function watched() {
  const elsewhere: string[] = [];
  const analyse = largeElsewhere(createAnalyser(parser), async (text, options) => {
    elsewhere.push(text);
    return analyser(text, options);
  });
  return { elsewhere, analyse };
}

test('a text of up to 64 KiB is analysed at once, a larger one elsewhere; bytes of UTF-8 count', async () => {
  const { elsewhere, analyse } = watched();
  const most = 64 * 1024 - select('').length;
  for (const text of [select('x'.repeat(most)), select('é'.repeat(most / 2)), select('1')]) {
    assert.deepEqual(analyse(text, usual), analyser(text, usual));
  }
  assert.deepEqual(elsewhere, []);
  for (const text of [select('x'.repeat(most + 1)), select('é'.repeat(most / 2 + 1))]) {
    const found = analyse(text, usual);
    assert.ok(found instanceof Promise);
    assert.deepEqual(await found, analyser(text, usual));
    assert.equal(elsewhere.pop(), text);
  }
});

test('a large text is analysed once per version of the server, and then known at once', async () => {
  const { elsewhere, analyse } = watched();
  const text = select('x'.repeat(70_000));
  const first = await analyse(text, usual);
  assert.equal(analyse(text, usual), first);
  await analyse(text, { ...usual, serverVersion: 17 });
  assert.equal(elsewhere.length, 2);
});

test('a large text that is unknown is tried again', async () => {
  let tries = 0;
  const analyse = largeElsewhere(analyser, async (text) => {
    tries += 1;
    return unknownAnalysis(text, 'the thread died');
  });
  const text = select('x'.repeat(70_000));
  assert.deepEqual((await analyse(text, usual)).unknown, ['the thread died']);
  assert.deepEqual((await analyse(text, usual)).unknown, ['the thread died']);
  assert.equal(tries, 2);
});

test('what another session may read otherwise is unknown there, though it was analysed before', async () => {
  const { elsewhere, analyse } = watched();
  const text = `${select('\\')}, ${'1,'.repeat(40_000)}1`;
  assert.deepEqual((await analyse(text, usual)).unknown, []);
  const off = await analyse(text, { ...usual, standardConformingStrings: false });
  assert.match(off.unknown.join(), /standard_conforming_strings is off/);
  const huge = await analyse(select('x'.repeat(1024 * 1024)), usual);
  assert.match(huge.unknown.join(), /longer than 1048576 bytes/);
  assert.equal(elsewhere.length, 1);
});
