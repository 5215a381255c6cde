import assert from 'node:assert/strict';
import { test } from 'node:test';
import { again } from '../../src/suite/again.ts';
import { parseSteps } from '../../src/suite/steps.ts';
import { flagged, form, report } from '../report/sample.ts';

const [step] = parseSteps('- { id: api, run: all, working-directory: packages/api, rerun: "only {files}" }');

/** What the step runs again where these files caused its holds. */
function run(files: readonly string[], folder: string, platform: NodeJS.Platform): string {
  const holds = files.map((file) => flagged(form(), { origin: { file, line: 1 } }));
  assert.ok(step !== undefined);
  return again(step, report({ flagged: holds }), folder, platform).run;
}

test('files are told relative to the folder of the step, as its shell takes them', () => {
  const files = ['shop/packages/api/test/a.test.js', 'shop/test/b.test.js'];
  assert.equal(run(files, 'shop', 'linux'), "only 'test/a.test.js' '../../test/b.test.js'");
  assert.equal(run(files, 'shop', 'win32'), 'only "test/a.test.js" "../../test/b.test.js"');
  assert.equal(run(['a\\b.test.js'], '.', 'linux'), "only '../../a\\b.test.js'");
});

test('a folder of Windows has slashes of its own', () => {
  const file = 'apps/shop/packages/api/test/a.test.js';
  assert.equal(run([file], 'apps\\shop', 'win32'), 'only "test/a.test.js"');
});

test('a name that cmd.exe would read as more than a name runs the whole step', () => {
  for (const name of ['%PATH%.js', 'a"&calc.js', 'a!x!.js']) {
    assert.equal(run([`packages/api/${name}`], '.', 'win32'), 'all');
  }
  assert.equal(run(['packages/api/a & b.js'], '.', 'win32'), 'only "a & b.js"');
});
