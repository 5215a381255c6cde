import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '../..');
const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => file !== '' && !file.startsWith('dist/') && existsSync(path.join(root, file)));

test('no file names a package registry by its host', () => {
  const host = new RegExp(['registry', 'npmjs', 'org'].join('\\.'));
  const wrong = tracked.filter((file) => host.test(readFileSync(path.join(root, file), 'latin1')));
  assert.deepEqual(wrong, []);
});

test('CONTRIBUTING.md stays under 40 lines', () => {
  assert.ok(readFileSync(path.join(root, 'CONTRIBUTING.md'), 'utf8').split('\n').length < 40);
});

test("README's first screen holds the command for the main job and the one for the tests", () => {
  const screen = readFileSync(path.join(root, 'README.md'), 'utf8').split('\n').slice(0, 40).join('\n');
  assert.match(screen, /npm ci && npm run demo/);
  assert.match(screen, /npm ci && npm test/);
});
