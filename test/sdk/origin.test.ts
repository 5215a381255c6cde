import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import vm from 'node:vm';
import { placesAbove, placesIn } from '../../src/sdk/origin.ts';
import { Places } from '../../src/sdk/preload/places.ts';

const told = (stack: string): string[] => placesIn(stack).map(({ file, line }) => `${file}:${line}`);

/** Lines as the runners' processes have them, with the suite's frame among those of libraries. */
const stacks: Readonly<Record<string, readonly [string, string]>> = {
  'node:test, an ES module': [
    `Error
    at TestContext.<anonymous> (file:///home/me/shop/test/a.test.js:12:5)
    at Test.runInAsyncScope (node:async_hooks:206:9)
    at Test.run (node:internal/test_runner/test:796:25)`,
    '/home/me/shop/test/a.test.js:12',
  ],
  'Vitest, TypeScript in a worker': [
    `Error
    at /home/me/shop/test/a.test.ts:9:11
    at file:///home/me/shop/node_modules/@vitest/runner/dist/chunk-hooks.js:155:11
    at runTest (file:///home/me/shop/node_modules/@vitest/runner/dist/index.js:781:11)
    at processTicksAndRejections (node:internal/process/task_queues:105:5)`,
    '/home/me/shop/test/a.test.ts:9',
  ],
  Jest: [
    `Error
    at Client.query (/home/me/shop/node_modules/pg/lib/client.js:545:17)
    at Object.query (/home/me/shop/test/a.test.js:7:16)
    at Promise.finally.completed (/home/me/shop/node_modules/jest-circus/build/jestAdapterInit.js:1557:28)
    at new Promise (<anonymous>)`,
    '/home/me/shop/test/a.test.js:7',
  ],
  Mocha: [
    `Error
    at Context.<anonymous> (test/relative.spec.js:3:3)
    at Context.<anonymous> (/home/me/shop/test/a.spec.js:4:12)
    at callFn (/home/me/shop/node_modules/mocha/lib/runnable.js:364:21)`,
    '/home/me/shop/test/a.spec.js:4',
  ],
  'Playwright Test': [
    `Error
    at /home/me/shop/tests/a.spec.ts:8:23
    at WorkerMain._runTest (/home/me/shop/node_modules/playwright/lib/worker/workerMain.js:305:9)`,
    '/home/me/shop/tests/a.spec.ts:8',
  ],
  'an async frame, and a folder with parentheses in its name': [
    `Error
    at async remove (/home/me/shop/app/(admin)/users (old).test.ts:30:3)
    at async Promise.all (index 0)`,
    '/home/me/shop/app/(admin)/users (old).test.ts:30',
  ],
  'a frame without a name there': [
    `Error
    at async /home/me/shop/app/(admin)/a.test.ts:31:3`,
    '/home/me/shop/app/(admin)/a.test.ts:31',
  ],
  'a method by another name': [
    `Error
    at Proxy.save [as store] (/home/me/shop/src/b.ts:2:1)`,
    '/home/me/shop/src/b.ts:2',
  ],
  Windows: [
    `Error
    at Object.<anonymous> (D:\\a\\shop\\shop\\test\\a.test.js:5:3)
    at C:\\shop\\node_modules\\x\\y.js:1:1`,
    'D:\\a\\shop\\shop\\test\\a.test.js:5',
  ],
};

describe('the places of a stack', () => {
  for (const [what, [stack, place]] of Object.entries(stacks)) {
    test(`are read as ${what} has them`, () => assert.deepEqual(told(stack), [place]));
  }

  test('are none for code that eval made, for Node itself, and for what is no stack', () => {
    assert.deepEqual(told('at eval (eval at <anonymous> (/home/me/a.js:1:1), <anonymous>:1:1)'), []);
    assert.deepEqual(told('at node:internal/x:1:1\nat async Promise.all (index 0)\nat ://x:1:1\n/x:1:1'), []);
  });
});

describe('the stack above a call', () => {
  const lines = () => placesAbove().map(({ file, line }) => `${file.split('/').at(-1)}:${line}`);

  test('is told apart by who awaits it, not only by who calls', async () => {
    const source = `(async (look) => { await null; return look(); })`;
    const library = new vm.Script(source, { filename: '/shop/src/library.js' }).runInThisContext();
    const caller = `(async (library, look) => {
      const first = await library(look);
      const again = await library(look);
      return [first, again, await library(look)];
    })`;
    const inside = new vm.Script(caller, { filename: '/shop/test/a.test.js' }).runInThisContext();
    const met: string[][] = await inside(library, lines);
    assert.deepEqual(
      met.map((places) => places.filter((place) => place.startsWith('a.test.js'))),
      [['a.test.js:2'], ['a.test.js:3'], ['a.test.js:4']],
    );
  });

  test('is as whoever prepares stacks says, and they go on preparing them', () => {
    const { prepareStackTrace } = Error;
    const mapped = () => 'Error\n    at /shop/src/mapped.ts:70:1';
    Error.prepareStackTrace = mapped;
    try {
      // twice: the second one is known by then
      for (const _ of [1, 2]) assert.deepEqual(lines(), ['mapped.ts:70']);
      assert.equal(Error.prepareStackTrace, mapped);
    } finally {
      Error.prepareStackTrace = prepareStackTrace;
    }
  });
});

describe('the line of the suite', () => {
  /** What is known in a function of that file, called by a library. */
  function seenFrom(roots: readonly string[], filename: string): string {
    const places = new Places(roots);
    const inside = new vm.Script('(look) => look()', { filename }).runInThisContext();
    return inside(() => places.current());
  }

  test('is found on Windows, whatever the case of the drive', () => {
    const expected = 'd%3A%5Ca%5Cshop%5Ctest%5Ca.test.js:1';
    assert.equal(seenFrom(['D:\\a\\shop'], 'd:\\a\\shop\\test\\a.test.js'), expected);
    assert.equal(seenFrom(['d:\\a\\shop\\'], 'd:\\a\\shop\\test\\a.test.js'), expected);
    assert.equal(seenFrom(['D:\\a\\sho'], 'd:\\a\\shop\\test\\a.test.js'), '');
  });

  test('is found by either name of the repository, as on macOS with /var and /private/var', () => {
    const roots = ['/var/folders/x/shop', '/private/var/folders/x/shop'];
    for (const root of roots) assert.match(seenFrom(roots, `${root}/test/a.test.js`), /a\.test\.js:1$/);
    assert.equal(seenFrom(roots, '/var/folders/x/shop-two/a.test.js'), '');
  });
});
