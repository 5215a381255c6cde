import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Later } from '../../src/suite/later.ts';

suite('work for the record', () => {
  test('is done in its order, once what is under way has had its turn', async () => {
    const done: string[] = [];
    const later = new Later((thrown) => assert.ifError(thrown));
    later.add(() => done.push('first'));
    later.add(() => done.push('second'));
    await Promise.resolve().then(() => done.push('under way'));
    await new Promise(setImmediate);
    assert.deepEqual(done, ['under way', 'first', 'second']);
  });

  test('is done at once where its result is asked for, and not again', async () => {
    const done: number[] = [];
    const later = new Later((thrown) => assert.ifError(thrown));
    later.add(() => done.push(1));
    later.finish();
    assert.deepEqual(done, [1]);
    later.add(() => done.push(2));
    await new Promise(setImmediate);
    assert.deepEqual(done, [1, 2]);
  });

  test('that goes wrong is told, and the rest is done all the same', () => {
    const faults: unknown[] = [];
    const done: number[] = [];
    const later = new Later((thrown) => faults.push(thrown));
    later.add(() => {
      throw new Error('too deep');
    });
    later.add(() => done.push(1));
    later.finish();
    assert.deepEqual([String(faults[0]), done], ['Error: too deep', [1]]);
  });
});
