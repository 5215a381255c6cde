import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Json, JsonNumber } from '../../../src/policy/action.ts';
import { maxJsonDepth, parseJson } from '../../../src/protocol/http/json.ts';

/** What JSON.parse would give, for comparison. */
function plain(value: Json): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (JsonNumber.is(value)) return Number(value.number);
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

function whyOf(text: string): string {
  const parsed = parseJson(text);
  return parsed.known ? 'known' : parsed.why;
}

test('agrees with JSON.parse on every document', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      fc.pre(text.isWellFormed() && !/\\ud[89a-f]/i.test(text));
      const parsed = parseJson(text);
      assert(parsed.known, whyOf(text));
      assert.deepEqual(plain(parsed.value), JSON.parse(text));
    }),
  );
});

test('what JSON.parse refuses is unknown', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\ 01-+.eEtrufalsn\n\u0000') }), (text) => {
      let valid = true;
      try {
        JSON.parse(text);
      } catch {
        valid = false;
      }
      if (!valid) assert.equal(parseJson(text).known, false);
    }),
    { numRuns: 2000 },
  );
});

test('numbers keep their text', () => {
  assert.deepEqual(parseJson('[9007199254740993, 1.0, -0, 1E400]'), {
    known: true,
    value: ['9007199254740993', '1.0', '-0', '1E400'].map((text) => new JsonNumber(text)),
  });
});

test('an object that looks like a number is none', () => {
  const parsed = parseJson('{"number":"5"}');
  assert(parsed.known);
  assert.equal(JsonNumber.is(parsed.value), false);
});

test('a key that stands twice makes the document unknown, however it is escaped', () => {
  assert.match(whyOf('{"amount":1,"amount":99999}'), /the JSON key "amount" twice/);
  assert.match(whyOf('{"a":{"amount":1,"\\u0061mount":2}}'), /twice/);
});

test('__proto__ is a key like any other', () => {
  const parsed = parseJson('{"__proto__":{"admin":true},"constructor":1}');
  assert(parsed.known && parsed.value !== null && typeof parsed.value === 'object');
  assert.deepEqual(Object.keys(parsed.value), ['__proto__', 'constructor']);
  assert.equal(Object.getPrototypeOf(parsed.value), Object.prototype);
  assert.equal('admin' in parsed.value, false);
});

test('depth, half surrogates and text behind the end are unknown', () => {
  assert.equal(whyOf(`${'['.repeat(maxJsonDepth)}${']'.repeat(maxJsonDepth)}`), 'known');
  assert.match(whyOf('['.repeat(1_000_000)), /nested deeper than 64/);
  assert.match(whyOf('"\\ud800"'), /half a surrogate pair/);
  assert.match(whyOf('{} {}'), /character 4: expected the end/);
  assert.match(whyOf('\ufeff{}'), /character 1: expected a value/);
  assert.match(whyOf('{"a":1,}'), /expected a string/);
});

test('a string of a mebibyte is read, and one without an end is refused', () => {
  assert.equal(whyOf(`"${'a'.repeat(1_048_576)}"`), 'known');
  assert.match(whyOf(`"${'a'.repeat(1_048_576)}`), /expected a string/);
});
