import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileName, mayFit, surelyFits } from '../../src/policy/name-pattern.ts';
import { compilePattern, hostNames, httpPaths, plainNames } from '../../src/policy/pattern.ts';

test('each sign of a pattern means what it says', () => {
  const cases: [string, string, boolean][] = [
    ['a*', 'abc', true],
    ['*', 'a/b', true],
    ['*', '..', true],
    ['*', '\n', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['[a-c]x', 'bx', true],
    ['[^a-c]x', 'bx', false],
    ['{a,b*}x', 'bcx', true],
    ['{a,b}', 'c', false],
    ['a.c', 'abc', false],
    ['a+c$^', 'a+c$^', true],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    ['😀?', '😀😀', true],
  ];
  for (const [glob, text, fits] of cases)
    assert.equal(compilePattern(glob, plainNames)(text), fits, `${glob} ${text}`);
});

test('in a path one star stays between slashes and two cross them', () => {
  const cases: [string, string, boolean][] = [
    ['/v1/*', '/v1/a', true],
    ['/v1/*', '/v1/a/b', false],
    ['/v1/**', '/v1/a/b', true],
    ['/v1/**', '/v1', true],
    ['/v1/**', '/v1x', false],
    ['/a/**/b', '/a/b', true],
    ['/a/**/b', '/a/x/y/b', true],
    ['/a/**/b', '/axb', false],
  ];
  for (const [glob, text, fits] of cases)
    assert.equal(compilePattern(glob, httpPaths)(text), fits, `${glob} ${text}`);
  assert.ok(compilePattern('*.Stripe.com', hostNames)('api.stripe.COM'));
});

test('a pattern that means nothing is refused with the reason', () => {
  for (const [glob, why] of [
    ['[a', /"\[" is not closed/],
    ['{a', /"\{" is not closed/],
    ['a}', /"\}" closes nothing/],
    ['[z-a]', /no set of characters/],
    ['(a|b)', /"\(" has no meaning/],
    ['!a', /"!" has no meaning/],
    ['a\\', /ends in/],
  ] as const) {
    assert.throws(() => compilePattern(glob, plainNames), why);
  }
});

test('a pattern without signs fits exactly itself, and "*" fits everything', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      assert.ok(compilePattern('*', plainNames)(a));
      const escaped = a.replace(/[()|![\]{}*?,\\]/g, '');
      if (escaped !== '') assert.equal(compilePattern(escaped, plainNames)(b), escaped === b);
    }),
  );
});

test('a hostile text takes no longer than any other', () => {
  assert.equal(compilePattern('*a*a*a*a*a*b', plainNames)('a'.repeat(20_000)), false);
});

test('names of SQL fold unless they are quoted, and their two parts are compared apart', () => {
  const fits = (glob: string, schema: string | null, name: string) =>
    mayFit(compileName(glob), { schema, name });
  assert.ok(fits('Users', null, 'users'));
  assert.ok(!fits('"Users"', null, 'users'));
  assert.ok(fits('"a.b"', 'public', 'a.b'));
  assert.ok(fits('public.*', null, 'users'));
  assert.ok(fits('public.*', 'public', 'a.b/c'));
  assert.ok(!fits('public.*', 'public.x', 'users'));
  assert.ok(fits('users', 'any', 'users'));
  assert.ok(fits('public.users', 'public', '*'), 'DROP SCHEMA public reaches public.users');
  assert.ok(fits('public.users', null, '*'));
  assert.throws(() => compileName('a.b.c'), /schema\.name/);
});

test('what lets through is certain: resolved, and without a schema only public', () => {
  const fits = (glob: string, schema: string | null, name: string) =>
    surelyFits(compileName(glob), { schema, name });
  assert.ok(fits('sessions', 'public', 'sessions'));
  assert.ok(!fits('sessions', 'pg_temp_3', 'sessions'));
  assert.ok(!fits('sessions', null, 'sessions'));
  assert.ok(!fits('public.sessions', 'public', '*'));
  assert.ok(fits('public.*', 'public', '*'));
});
