import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Execution, executedAgain } from '../../src/approval/executions.ts';

const job = (id: number, name: string, attempt: number, startedAt: string | null): Execution => ({
  id,
  name,
  attempt,
  startedAt,
});

describe('jobs that a later attempt executed again', () => {
  test('are those of a name that began anew, not those that stand there under a new id', () => {
    const all = [
      job(1, 'db', 1, '10:00'),
      job(2, 'api', 1, '10:00'),
      job(3, 'db', 2, '10:00'),
      job(4, 'api', 2, '11:00'),
    ];
    assert.deepEqual(executedAgain(all), [2]);
  });

  test('are found where a platform lists only what ran', () => {
    assert.deepEqual(
      executedAgain([job(1, 'db', 1, '10:00'), job(4, 'api', 1, '10:00'), job(5, 'api', 3, '12:00')]),
      [4],
    );
  });

  test('are all earlier ones, once a third attempt began', () => {
    const all = [job(1, 'db', 1, '10:00'), job(2, 'db', 2, '11:00'), job(3, 'db', 3, '12:00')];
    assert.deepEqual(executedAgain(all), [1, 2]);
  });

  test('are none where jobs share a name, as nobody knows which became which', () => {
    assert.deepEqual(
      executedAgain([job(1, 'db', 1, '10:00'), job(2, 'db', 1, '10:00'), job(3, 'db', 2, '11:00')]),
      [],
    );
  });
});
