import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { hooksAreWhole } from '../../../src/sdk/preload/sources.ts';
import { originEnvironment } from '../../../src/suite/origins.ts';
import { folderWith } from '../../cli/help.ts';

test('hooks are asked for only of versions of Node where those of a loader go on beside them', () => {
  const whole = ['22.22.3', '22.23.0', '24.11.1', '24.21.0', '25.1.0', '26.0.0'];
  const broken = ['18.20.8', '20.20.2', '22.15.0', '22.22.2', '23.11.1', '24.0.0', '24.11.0', '25.0.0'];
  assert.deepEqual([...whole, ...broken].filter(hooksAreWhole), whole);
});

test('a suite whose loader has hooks in a thread runs as ever where sources are changed', () => {
  const cwd = folderWith({
    'node_modules/got/package.json': '{ "name": "got", "type": "module", "exports": "./index.js" }',
    'node_modules/got/index.js': 'export default "got";',
    'node_modules/old/package.json': '{ "name": "old" }',
    'node_modules/old/index.js': 'module.exports = "old";',
    'loader.mjs': 'export const load = (url, context, next) => next(url, context);',
    'main.mjs': `import { register } from 'node:module';
register('./loader.mjs', import.meta.url);
const { default: got } = await import('got');
const { default: old } = await import('old');
console.log(got, old);
`,
  });
  const env = { ...process.env, ...originEnvironment({}, cwd, [1]) };
  const { stdout, stderr } = spawnSync(process.execPath, ['main.mjs'], { cwd, env, encoding: 'utf8' });
  assert.equal(stdout, 'got old\n', stderr);
});
