import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Flagged } from '../../src/report/schema.ts';
import { Recorder } from '../../src/suite/recorder.ts';
import { sql } from '../policy/actions.ts';
import { flagged, form } from '../report/sample.ts';

/** What the App takes of one report, before it looks inside. */
const readByApp = 20 * 1024 * 1024;

function many(count: number, change: (at: number) => Partial<Flagged>): Recorder {
  const recorder = new Recorder();
  for (let at = 0; at < count; at++) {
    const fingerprint = at.toString(16).padStart(64, '0');
    recorder.flag(flagged(form(), { fingerprint, ...change(at) }));
  }
  return recorder;
}

test('however much is flagged, the report stays one that the App reads, and says what it leaves out', () => {
  const recorder = many(4_000, () => ({ reason: 'é'.repeat(2000), unknown: ['ü'.repeat(1000)] }));
  for (let at = 0; at < 30_000; at++) recorder.count(sql('delete from t'), `${at} ${'ß'.repeat(300)}`);
  const results = recorder.results();
  assert.ok(Buffer.byteLength(JSON.stringify(results)) < readByApp);
  assert.ok(results.flagged.length > 1_000);
  const left = 4_000 - results.flagged.length;
  assert.ok(results.notices.some((notice) => notice.startsWith(`${left} further flagged runtime actions`)));
  assert.ok(results.notices.some((notice) => /^\d+ allowed runtime actions beyond/.test(notice)));
});

test('what is graver takes the place of what is milder where the report is full', () => {
  const outcomes = ['granted', 'unapproved', 'held', 'denied'] as const;
  const recorder = many(10_000, (at) => ({ outcome: outcomes[Math.floor(at / 2_500)] ?? 'held' }));
  const { flagged: kept, notices } = recorder.results();
  const count = (outcome: Flagged['outcome']) => kept.filter((each) => each.outcome === outcome).length;
  assert.deepEqual(outcomes.map(count), [0, 0, 2_500, 2_500]);
  assert.ok(notices.some((notice) => notice.startsWith('5000 further flagged runtime actions')));
  recorder.flag(flagged(form(), { outcome: 'granted', fingerprint: 'f'.repeat(64) }));
  assert.equal(recorder.results().flagged.length, 5_000);
});

test('with many rules the report names all of them for the first actions, later those that matter', () => {
  const trace: Flagged['trace'] = Array.from({ length: 1_000 }, (_, at) => ({
    rule: `rule-${at}`,
    answer: at === 7 ? 'yes' : 'no',
    why: 'it is about other tables',
  }));
  const { flagged: all } = many(200, () => ({ trace })).results();
  assert.equal(all.length, 200);
  assert.equal(all[0]?.trace.length, 1_000);
  assert.deepEqual(
    all.at(-1)?.trace.map(({ rule }) => rule),
    ['rule-7'],
  );
  assert.equal(all.at(-1)?.traceLeftOut, 999);
});
