import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyText } from '../../src/policy/parse.ts';
import { load, text } from './actions.ts';

const of = (word: string | null) =>
  `version: 1\ndefault: allow\n${word === null ? '' : `without-pull-request: ${word}\n`}`;

for (const [base, normal, expected] of [
  ['allow', 'allow', 'allow'],
  ['allow', 'hold', 'hold'],
  ['allow', null, 'hold'],
  ['hold', 'deny', 'deny'],
  ['deny', 'allow', 'deny'],
  [null, null, 'hold'],
] as const) {
  test(`base ${base ?? 'silent'} with default branch ${normal ?? 'silent'} gives ${expected}`, () => {
    assert.equal(load(text(of(base)), text(of(normal), 'default')).withoutPullRequest, expected);
  });
}

test('a policy that only the head has cannot say that nobody need be asked', () => {
  const alone = (word: string): PolicyText => text(of(word), 'head');
  assert.equal(load(alone('allow')).withoutPullRequest, 'hold');
  assert.equal(load(alone('deny')).withoutPullRequest, 'deny');
});
