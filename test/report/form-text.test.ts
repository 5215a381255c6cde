import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formDifference, formLine, formProblem, formText } from '../../src/report/form-text.ts';
import { hostileForm } from './hostile.ts';
import { chargeForm, commandForm, form, insertForm, value } from './sample.ts';

test('SQL shows values as literals in their places', () => {
  assert.equal(formText(form()), "DELETE FROM users WHERE email = 'a1@example.test'");
  assert.equal(
    formText(insertForm),
    "INSERT INTO users (id, email, password) VALUES ('3f2b8c1e-8f0a-4c55-9a51-2d6a1f0c7b11', 'o''neill@example.test', ‹redacted›)",
  );
});

test('numbers, booleans, NULL, bytes and holes are told apart from strings', () => {
  const values = [
    value('a', '12.50', { type: 'number' }),
    value('b', 'true', { type: 'boolean' }),
    value('c', '', { type: 'null' }),
    value('d', 'dead', { type: 'bytes' }),
    value('e', '', { type: 'varies' }),
    value('f', 'NULL'),
    value('g', '‹varies›'),
  ];
  const text = formText(form({ shape: ['', ',', ',', ',', ',', ',', ',', ''], values }));
  assert.equal(text, "12.50,true,NULL,'\\xdead'::bytea,‹varies›,'NULL','‹varies›'");
});

test('a number that is none cannot pass for shape', () => {
  const values = [value('a', '1 OR true', { type: 'number' }), value('b', '1); --', { type: 'boolean' })];
  assert.equal(formText(form({ shape: ['', ', ', ''], values })), "'1 OR true', '1); --'");
});

test('hidden characters in values are written as escapes of their language', () => {
  const text = "a\nb\u202e\\'";
  assert.equal(formText(form({ shape: ['', ''], values: [value('a', text)] })), "E'a\\nb\\u202e\\\\'''");
  assert.equal(
    formText({ ...chargeForm, shape: ['', ''], values: [value('body', text)] }),
    '"a\\nb\\u202e\\\\\'"',
  );
  assert.equal(
    formText({ ...commandForm, shape: ['', ''], values: [value('argv[0]', text)] }),
    "$'a\\nb\\u202e\\\\\\''",
  );
  assert.equal(
    formText({ ...chargeForm, shape: ['', ''], values: [value('query.a', text)] }),
    "a%0Ab%E2%80%AE%5C'",
  );
});

test('HTTP shows query values encoded and body values as JSON, commands as a shell would read them', () => {
  assert.equal(
    formText(chargeForm),
    'POST https://api.stripe.com:443/v1/charges?expand=customer%26source\n\n{"amount": 25000, "currency": "eur"}',
  );
  assert.equal(formText(commandForm), "deploy: /usr/bin/kubectl 'apply; echo '\\''x'\\'''\nin /work/app");
});

test('parameters that no part of a statement refers to are listed behind it', () => {
  const values = [value('$1', 'a', { selects: true }), value('$2', '7', { type: 'number', selects: true })];
  assert.equal(formText(form({ shape: ['FROB $1, $2', '', ''], values })), "FROB $1, $2\n$1 = 'a'\n$2 = 7");
  const inPlace = form({ shape: ['SELECT ', ''], values: [value('$1', 'a')] });
  assert.equal(formText(inPlace), "SELECT 'a'");
});

test('a line is one line of at most its length', () => {
  assert.equal(formLine(chargeForm, 30), 'POST https://api.stripe.com:4…');
  fc.assert(
    fc.property(hostileForm, fc.nat(200), (of, max) => {
      const line = formLine(of, max);
      assert.ok(line.length <= max);
      assert.doesNotMatch(line, /[\n\r\u001b\u202e]/);
    }),
  );
});

test('a line break in the text comes from the shape alone', () => {
  fc.assert(
    fc.property(hostileForm, (of) => {
      const flat = { ...of, shape: of.shape.map(() => ' | ') };
      const appended = of.kind === 'sql' ? of.values.length : 0;
      assert.ok(formText(flat).split('\n').length <= 1 + appended);
    }),
  );
});

test('a difference names the earlier id and each value that changed', () => {
  const after = form({ values: [value('email', 'b7@example.test', { selects: true })] });
  assert.match(
    formDifference(form(), after) ?? '',
    /^as [0-9a-z]{8}, except email a1@example\.test → b7@example\.test$/,
  );
  assert.match(formDifference(form(), after, '7f3k9q2mxy') ?? '', /^as 7f3k9q2mxy, /);
  const quoted = form({ values: [value('email', 'x → y, role a', { selects: true })] });
  assert.match(formDifference(form(), quoted) ?? '', /→ 'x → y, role a'$/);
});

test('what differs in more than values has no difference to show', () => {
  assert.equal(formDifference(form(), insertForm), null);
  assert.equal(formDifference(form(), form({ target: 'prod:5432/shop' })), null);
  assert.equal(formDifference(form(), form({ role: 'postgres' })), null);
});

test('a form that cannot be displayed truly is named', () => {
  assert.equal(formProblem(insertForm), null);
  assert.match(formProblem(form({ shape: ['a'] })) ?? '', /1 parts for 1 values/);
  const twice = form({ shape: ['', '', ''], values: [value('a', ''), value('a', '')] });
  assert.match(formProblem(twice) ?? '', /one name/);
  assert.match(
    formProblem(form({ values: [value('a', 'x', { type: 'redacted' })] })) ?? '',
    /redacted carries text/,
  );
});
