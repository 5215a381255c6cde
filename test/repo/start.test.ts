import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';

const dist = path.resolve(import.meta.dirname, '../../dist');
const text = (file: string): string => readFileSync(path.join(dist, file), 'utf8');

/** The files of dist/ that are loaded with these: what they import at once, and not by `import()`. */
function loadedWith(files: readonly string[]): ReadonlySet<string> {
  const loaded = new Set(files);
  for (const file of loaded) {
    for (const [, found = ''] of text(file).matchAll(/(?:from|import)\s*"\.\/(shared-\w+\.js)"/g))
      loaded.add(found);
  }
  return loaded;
}

test('the first command of a suite does not wait for undici, the SQL parser or the schema of reports', () => {
  const action = text('action.js');
  const command = action.slice(action.indexOf('suite:async'), action.indexOf('conclude:async'));
  const parts = [...command.matchAll(/import\("\.\/(shared-\w+\.js)"\)/g)].map(([, file = '']) => file);
  assert.equal(parts.length, 2, 'the action loads a suite in two parts');
  const source = [...loadedWith(['action.js', ...parts])].map(text).join('\n');
  assert.match(source, /function runSuite\(/, 'the suite itself is among what is loaded');
  for (const late of ['"node_modules/undici/', '_wasm_parse_query_raw', 'recordedSchema='])
    assert.equal(source.includes(late), false, `${late} is loaded before the first command`);
});
