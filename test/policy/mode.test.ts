import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, text } from './actions.ts';

const of = (mode: string | null) => `version: 1\ndefault: allow\n${mode === null ? '' : `mode: ${mode}\n`}`;

for (const [base, normal, expected] of [
  ['record', 'record', 'record'],
  ['record', 'enforce', 'enforce'],
  ['enforce', 'record', 'enforce'],
  ['record', null, 'enforce'],
  [null, 'record', 'enforce'],
] as const) {
  test(`base ${base ?? 'silent'} with default branch ${normal ?? 'silent'} gives ${expected}`, () => {
    assert.equal(load(text(of(base)), text(of(normal), 'default')).mode, expected);
  });
}
