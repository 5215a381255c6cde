import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArguments } from '../../../src/sandbox/demo/arguments.ts';
import { startSandbox } from '../../../src/sandbox/index.ts';

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

test('a port that somebody else listens on is told, with what to do', async () => {
  await using first = await startSandbox();
  const port = Number(new URL(first.url).port);
  await assert.rejects(startSandbox({ port }), {
    code: 'sandbox-port',
    message: new RegExp(`^port ${port} .*EADDRINUSE.*: give another one, or 0 for any that is free$`),
  });
});
