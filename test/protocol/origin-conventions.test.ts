import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  baggageWithout,
  originInBaggage,
  originInComment,
  parseTestId,
} from '../../src/protocol/origin-conventions.ts';

test('baggage says file and line among other members, in any order', () => {
  assert.equal(
    originInBaggage('user=5, jit.line=12 ,jit.file=tests%2Ftest_a.py;p=1'),
    'tests%2Ftest_a.py:12',
  );
  assert.equal(originInBaggage('jit.file=a.py'), '');
  assert.equal(originInBaggage('jit.file=%zz,jit.line=1'), '');
  assert.equal(baggageWithout('user=5, jit.line=12 ,jit.file=a;p=1,k=v'), 'user=5,k=v');
});

test('a comment counts only as a whole key, the last of the statement', () => {
  assert.equal(originInComment("SELECT 1 /*jit_file='a%20b.py',jit_line='3'*/"), 'a%20b.py:3');
  assert.equal(originInComment("SELECT /*jit_file='a.py',jit_line='3'*/ 1 /* last */"), '');
  assert.equal(originInComment("SELECT 1 /*myjit_file='a.py',jit_line='3'*/"), '');
  assert.equal(originInComment(`SELECT 1 ${'/*'.repeat(200_000)}`), '');
});

test('a test is named by its path and line, or by its path and name', () => {
  assert.deepEqual(parseTestId('a/b.rb::12'), { file: 'a/b.rb', line: 12, name: null });
  assert.deepEqual(parseTestId('tests/test_a.py::TestA::test_b[x::1] (call)')?.file, 'tests/test_a.py');
  assert.deepEqual(parseTestId('tests/test_a.py::TestA::test_b[1] (call)'), {
    file: 'tests/test_a.py',
    line: null,
    name: 'test_b',
  });
  for (const text of ['', 'a.py', '::b', 'a.py::']) assert.equal(parseTestId(text), null, text);
});
