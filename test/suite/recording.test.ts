import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RuntimeAction } from '../../src/policy/action.ts';
import type { Verdict } from '../../src/policy/verdict.ts';
import type { Met } from '../../src/report/recorded.ts';
import { Recording } from '../../src/suite/recording.ts';
import { http, run, sql } from '../policy/actions.ts';

const allowed: Verdict = {
  decision: 'allow',
  reason: '',
  rules: [],
  unknown: [],
  checks: [],
  results: [],
  trace: [],
};

function met(action: RuntimeAction): Met {
  return { action, run, verdict: allowed, facts: {}, id: null };
}

function recordingOf(...all: readonly Met[]): ReturnType<Recording['results']> {
  const recording = new Recording(['hunter2']);
  for (const one of all) recording.add(one);
  return recording.results();
}

describe('samples of what a run did', () => {
  test('are one for what was met several times, with its count', async () => {
    const remove = met(sql('DELETE FROM carts WHERE id = 1'));
    const { recorded, recordedLeftOut } = await recordingOf(remove, met(sql('SELECT 1')), remove, remove);
    assert.deepEqual(
      recorded.map(({ count }) => count),
      [3, 1],
    );
    assert.equal(recordedLeftOut, 0);
  });

  test('hold no secret', async () => {
    const { recorded } = await recordingOf(met(http('GET', 'https://api.example/items?key=hunter2')));
    assert.equal(recorded.length, 1);
    assert.doesNotMatch(JSON.stringify(recorded), /hunter2/);
  });

  test('are twenty of one shape; what is beyond them is counted', async () => {
    const all = Array.from({ length: 50 }, (_, id) => met(sql(`DELETE FROM carts WHERE id = ${id}`)));
    const { recorded, recordedLeftOut } = await recordingOf(...all);
    assert.deepEqual([recorded.length, recordedLeftOut], [20, 30]);
  });

  test('leave out what no reader of a report would take, each time that it was met', async () => {
    const odd = met({ ...http('GET', 'https://api.example/'), port: 0.5 });
    const { recorded, recordedLeftOut } = await recordingOf(odd, odd, met(sql('SELECT 1')));
    assert.deepEqual([recorded.length, recordedLeftOut], [1, 2]);
  });
});
