import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeTooOld } from '../src/version.ts';

for (const [node, enough] of [
  ['20.20.2', false],
  ['22.12.0', false],
  ['22.13.0', true],
  ['22.21.1', true],
  ['24.0.0', true],
] as const) {
  test(`Node ${node} is ${enough ? 'new enough for' : 'told to be too old for'} what needs 22.13`, () => {
    const words = nodeTooOld(node, 'The App', [22, 13]);
    if (enough) assert.equal(words, null);
    else assert.match(words ?? '', new RegExp(`needs Node 22\\.13 or newer; this is Node ${node}`));
  });
}
