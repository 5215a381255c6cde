import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import picomatch from 'picomatch';
import { artifactName, artifactPattern, claimUse, identityText } from '../../src/action/identity.ts';
import { folderFor } from '../sandbox/runner/harness.ts';

test('a use is named after github.action, and its folder is made', (t) => {
  const parent = join(folderFor(t), 'jit-approval');
  const { use, folder } = claimUse('__self', parent);
  assert.equal(use, '__self');
  assert.ok(existsSync(folder));
  assert.equal(claimUse('my-step', parent).use, 'my.step');
  assert.equal(claimUse('', parent).use, 'action');
});

test('the second use under the same github.action takes another name', (t) => {
  const parent = folderFor(t);
  const uses = [1, 2, 3].map(() => claimUse('__outer', parent).use);
  assert.deepEqual(uses, ['__outer', '__outer+2', '__outer+3']);
});

test('job keys and step ids that could run into each other give different names', (t) => {
  const a = { job: 'a', index: 0, use: claimUse('0-x', folderFor(t)).use };
  const b = { job: 'a-0', index: 0, use: claimUse('x', folderFor(t)).use };
  assert.notEqual(identityText(a), identityText(b));
});

test("a pattern matches its own identity's artifacts of every attempt, and nobody else's", () => {
  const identity = fc.record({
    job: fc.stringMatching(/^[a-z_][a-z0-9_-]{0,6}$/),
    index: fc.nat(20),
    use: fc.stringMatching(/^[a-z_][a-z0-9_.+]{0,6}$/),
  });
  fc.assert(
    fc.property(identity, identity, fc.integer({ min: 1, max: 50 }), (mine, other, attempt) => {
      const matches = picomatch.isMatch(artifactName(other, attempt), artifactPattern(mine), { dot: true });
      return matches === (identityText(mine) === identityText(other));
    }),
  );
  const a = { job: 'a', index: 0, use: 'x' };
  const longer = { job: 'a-0-x', index: 0, use: 'y' };
  assert.ok(!picomatch.isMatch(artifactName(longer, 1), artifactPattern(a)));
  assert.ok(picomatch.isMatch(artifactName(a, 12), artifactPattern(a)));
});
