import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  commandData,
  commandProperty,
  fence,
  inlineCode,
  markdown,
  oneLine,
  plain,
  tableCode,
  terminalText,
  visible,
} from '../../src/report/escape.ts';
import { hostile, outsideCode } from './hostile.ts';

test('hidden characters are shown by their code points, and readable text of any script is left alone', () => {
  assert.equal(visible('a\u202eb\u0000c\u200bd'), 'a‹U+202E›b‹U+0000›c‹U+200B›d');
  assert.equal(visible('Grüße, 日本語, עברית, é, 👍\n\tx'), 'Grüße, 日本語, עברית, é, 👍\n\tx');
  assert.equal(visible('\u{e0041}\ud800'), '‹U+E0041›‹U+D800›');
  assert.equal(visible(`a${'\u0301'.repeat(6)}`), `a${'\u0301'.repeat(4)}‹U+0301›‹U+0301›`);
});

test('one line shows where the breaks were', () => {
  assert.equal(oneLine(' a\n b\r\nc\td '), 'a ⏎ b ⏎ c d');
});

test('a fence is longer than any run in its content and takes the shorter kind', () => {
  assert.equal(fence('SELECT 1', 'sql'), '```sql\nSELECT 1\n```');
  assert.equal(fence('a ```` b'), '~~~\na ```` b\n~~~');
  assert.equal(fence('``` ~~~'), '````\n``` ~~~\n````');
});

test('no line of a fence starts with a slash, so that no bot takes it for a command', () => {
  assert.equal(fence('x\n /approve all'), '```\nx\n ‹U+002F›approve all\n```');
});

test('a code span keeps backticks, breaks and pipes inside', () => {
  assert.equal(inlineCode('a'), '`a`');
  assert.equal(inlineCode('`a`'), '`` `a` ``');
  assert.equal(inlineCode(''), '`‹empty›`');
  assert.equal(inlineCode('a\nb'), '`a ⏎ b`');
  assert.equal(tableCode('a|b'), '`a\\|b`');
});

test('plain text makes no mention, reference, link, tag or image', () => {
  const text = plain('@octocat #1 GH-1 http://x.y www.x.y a@b.c <b> [x](y) ![x](y) CVE-2026-1 deadbeefcafe');
  for (const linked of [
    /@\w/,
    /#\d/,
    /GH-\d/,
    /:\/\//,
    /www\./,
    /<\w/,
    /\]\(/,
    /!\[/,
    /CVE-\d/,
    /deadbeefcafe/,
  ]) {
    assert.doesNotMatch(text, linked);
  }
  assert.equal(
    text.replaceAll('\u200b', ''),
    '@octocat #1 GH-1 http://x.y www.x.y a@b.c <b> [x](y) ![x](y) CVE-2026-1 deadbeefcafe',
  );
});

test('Markdown prose shows every character as it was written', () => {
  assert.equal(
    markdown('*a* _b_ `c` $d$ ~e~ &lt; a|b \\'),
    '\\*a\\* \\_b\\_ \\`c\\` \\$d\\$ \\~e\\~ \\&lt; a\\|b \\\\',
  );
  assert.equal(markdown('1. a'), '1\\. a');
  assert.equal(markdown('- a'), '\\- a');
});

test('workflow commands carry data and properties without ending them', () => {
  assert.equal(commandData('a%\r\nb'), 'a%25%0D%0Ab');
  assert.equal(commandProperty('a:b,c\n'), 'a%3Ab%2Cc%0A');
});

test('terminal text holds no escape sequence and no workflow command', () => {
  assert.equal(
    terminalText('\u001b[31mred\n  ::error::x ##[group]y'),
    '‹U+001B›[31mred\n  ‹U+003A›:error::x ##‹U+005B›group]y',
  );
});

test('escaping takes linear time on texts made to make it slow', () => {
  for (const text of [
    ' '.repeat(200_000),
    '\n'.repeat(200_000),
    '`'.repeat(200_000),
    `${' \n'.repeat(100_000)}x`,
  ]) {
    for (const safe of [
      oneLine,
      plain,
      markdown,
      inlineCode,
      terminalText,
      (given: string) => fence(given),
    ]) {
      assert.equal(typeof safe(text), 'string');
    }
  }
});

test('no hostile string leaves its fence, its span or its line', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      assert.equal(outsideCode(fence(text)), '');
      assert.equal(outsideCode(inlineCode(text)), '');
      assert.equal(outsideCode(`| ${tableCode(text)} |`), '|  |');
      for (const line of [inlineCode(text), plain(text), markdown(text), tableCode(text)]) {
        assert.doesNotMatch(line, /[\n\r]|^\s*\//);
      }
      assert.doesNotMatch(markdown(text), /(?<!\\)(?:\\\\)*[`<|[\]*_]/);
      assert.doesNotMatch(plain(text), /@[A-Za-z0-9]|#\d|:\/\/|<[A-Za-z!/]|\]\(/);
    }),
    { numRuns: 500 },
  );
});
