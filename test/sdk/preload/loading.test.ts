import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { originEnvironment } from '../../../src/suite/origins.ts';
import { folderWith } from '../../cli/help.ts';

test('the stack of a module that fails to load still tells who required it', () => {
  const cwd = folderWith({ 'a.cjs': "require('./b.cjs');", 'b.cjs': "throw new Error('it fails');" });
  const env = { ...process.env, ...originEnvironment({}, cwd, [1]) };
  const { stderr } = spawnSync(process.execPath, ['a.cjs'], { cwd, env, encoding: 'utf8' });
  assert.match(stderr, /Error: it fails\n\s+at .*b\.cjs:1:7/);
  assert.match(stderr, /\n\s+at .*a\.cjs:1:1/);
  assert.equal(stderr.match(/preload\.cjs/g)?.length, 1, stderr);
});
