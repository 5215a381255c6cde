import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatOrigin, parseOrigin, repositoryFile } from '../../src/protocol/origin.ts';

const files = new Set([
  'test/a.test.ts',
  'packages/api/test/a.test.ts',
  'a.js',
  'node_modules/x/a.js',
  'ä b/c:d.js',
]);
const found = (told: string, ...roots: string[]) =>
  repositoryFile(told, roots.length === 0 ? ['/home/me/shop'] : roots, (file) => files.has(file));

describe('where a call is said to come from', () => {
  test('any file and line come back as they were told', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 300, unit: 'grapheme' }),
        fc.integer({ min: 1, max: 1e6 }),
        (file, line) => {
          assert.deepEqual(parseOrigin(formatOrigin({ file, line })), { file, line });
        },
      ),
    );
  });

  test('what is no file and line is nothing', () => {
    for (const text of [
      '',
      'a.js',
      'a.js:0',
      'a.js:-1',
      'a.js:1e3',
      'a.js:1000001',
      'a.js:1:2',
      'a b.js:1',
      '%zz:1',
      ':1',
    ]) {
      assert.equal(parseOrigin(text), null, text);
    }
  });
});

describe('the path of a told file in the repository', () => {
  test('is the rest below the repository', () => {
    assert.equal(found('/home/me/shop/test/a.test.ts'), 'test/a.test.ts');
    assert.equal(found('file:///home/me/shop/packages/api/test/a.test.ts'), 'packages/api/test/a.test.ts');
    assert.equal(found('file:///home/me/shop/%C3%A4%20b/c:d.js'), 'ä b/c:d.js');
    assert.equal(found('test/a.test.ts'), 'test/a.test.ts');
    assert.equal(found('./test/a.test.ts'), 'test/a.test.ts');
  });

  test('is found through the second of two names of the repository, as behind a symbolic link', () => {
    assert.equal(
      found('/private/tmp/shop/test/a.test.ts', '/tmp/shop', '/private/tmp/shop'),
      'test/a.test.ts',
    );
  });

  test('is known on Windows, by path and by URL, whatever the case of the drive', () => {
    const root = 'D:\\a\\shop\\shop';
    assert.equal(found('d:\\a\\shop\\shop\\test\\a.test.ts', root), 'test/a.test.ts');
    assert.equal(found('\\\\?\\D:\\a\\shop\\shop\\test\\a.test.ts', root), 'test/a.test.ts');
    assert.equal(found('file:///D:/a/shop/shop/test/a.test.ts', root), 'test/a.test.ts');
    assert.equal(found('C:\\elsewhere\\x\\y.ts', root), null);
  });

  test('is the longest end that is there, where a container has the repository elsewhere', () => {
    assert.equal(found('/__w/shop/shop/packages/api/test/a.test.ts'), 'packages/api/test/a.test.ts');
    assert.equal(found('/app/test/a.test.ts'), 'test/a.test.ts');
    assert.equal(found('/usr/lib/a.js'), null, 'a name alone could be anything');
  });

  test('is nothing for a file outside, in node_modules, not there, or with a deceiving name', () => {
    const hostile = [
      '../../etc/passwd',
      '/home/me/shop/../../etc/passwd',
      '/home/me/shop-two/a.js',
      'node_modules/x/a.js',
    ];
    for (const told of [
      ...hostile,
      'none.js',
      '',
      '/',
      'test//a.test.ts',
      'test/\u202ea.test.ts',
      'a\n.js',
      'x'.repeat(2000),
    ]) {
      assert.equal(found(told), null, told);
    }
    assert.equal(
      repositoryFile('evil\u202e.js', ['/r'], () => true),
      null,
    );
    assert.equal(
      repositoryFile('::warning::\n', ['/r'], () => true),
      null,
    );
  });

  test('never leads out of the repository, whatever is told', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (told) => {
        const path = repositoryFile(told, ['/r'], () => true);
        if (path !== null) assert.doesNotMatch(path, /(^|\/)\.\.(\/|$)|^\/|[\n\r]/);
      }),
    );
  });
});
