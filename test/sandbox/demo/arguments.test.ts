import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArguments } from '../../../src/sandbox/demo/arguments.ts';

test('the demo takes a port and a folder', () => {
  assert.deepEqual(readArguments(['--repo', '../shop', '--port', '8080']), {
    auto: false,
    help: false,
    port: 8080,
    repo: '../shop',
  });
});

for (const [argv, words] of [
  [['--atuo'], /--atuo/],
  [['--port', 'x'], /0 to 65535.*"x"/],
  [['--port', '70000'], /"70000"/],
  [['shop'], /shop/],
  [['--auto', '--repo', '.'], /--auto plays the example/],
] as const) {
  test(`${argv.join(' ')} is refused with the usage`, () => {
    assert.throws(() => readArguments(argv), { code: 'ARGUMENTS', message: words });
    assert.throws(() => readArguments(argv), /npm run demo -- --repo FOLDER/);
  });
}
