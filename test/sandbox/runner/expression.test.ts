import assert from 'node:assert/strict';
import test from 'node:test';
import { type ExpressionScope, holds, interpolate, resolve } from '../../../src/sandbox/runner/expression.ts';
import { folderFor } from './harness.ts';

const scope: ExpressionScope = {
  contexts: {
    github: { ref: 'refs/heads/main', event: { number: 7, labels: [{ name: 'a' }, { name: 'b' }] } },
    env: { A: 'x' },
  },
  status: { success: true, failure: false, cancelled: false },
  workspace: null,
};
const failed = { ...scope, status: { success: false, failure: true, cancelled: false } };

test('expressions inside text become text, also more than one, also with braces in strings', () => {
  assert.equal(interpolate(`\${{ env.A }}-\${{ github.event.number }}-\${{ '}}' }}`, scope), 'x-7-}}');
  assert.equal(
    interpolate(`\${{ format('{0}:{1}', env.A, contains(github.ref, 'MAIN')) }}`, scope),
    'x:true',
  );
  assert.equal(interpolate(`\${{ toJSON(github.event.labels.*.name) }}`, scope), '[\n  "a",\n  "b"\n]');
  assert.equal(interpolate(`it's \${{ env.A }}`, scope), "it's x");
});

test('a value that is one expression keeps its type', () => {
  assert.equal(resolve(`\${{ github.event.number }}`, scope), 7);
  assert.deepEqual(resolve({ list: `\${{ fromJSON('[1,2]') }}` }, scope), { list: [1, 2] });
});

test('a context that is not available at that place is an error', () => {
  assert.throws(() => interpolate(`\${{ secrets.X }}`, scope), /Unrecognized named-value: 'secrets'/);
  assert.throws(() => interpolate('${{ env.A', scope), /not closed/);
});

test('success() is implied in a condition unless it names a status function', () => {
  assert.ok(holds(undefined, scope) && !holds(undefined, failed));
  assert.ok(holds("env.A == 'x'", scope) && !holds("env.A == 'x'", failed));
  assert.ok(holds("always() && env.A == 'x'", failed) && holds(`\${{ failure() }}`, failed));
  assert.ok(!holds("contains('always()', 'a')", failed), 'a name in a string is no call');
  assert.ok(!holds("!(failure() || env.A == 'x')", failed));
  assert.ok(!holds(false, scope) && holds('github.event.number > 1', scope));
});

test('hashFiles is the same for the same files, another for others, and empty for none', (t) => {
  const folder = folderFor(t, { 'a/lock.json': '1', 'b/lock.json': '2', 'other.txt': '3' });
  const hash = (expression: string) =>
    interpolate(`\${{ hashFiles(${expression}) }}`, { ...scope, workspace: folder });
  assert.match(hash("'**/lock.json'"), /^[0-9a-f]{64}$/);
  assert.equal(hash("'**/lock.json'"), hash("'a/lock.json', 'b/*.json'"));
  assert.notEqual(hash("'**/lock.json'"), hash("'a/lock.json'"));
  assert.equal(hash("'nothing'"), '');
});
