import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Found } from '../../src/approval/grant.ts';
import { pollingGrants } from '../../src/suite/polling-grants.ts';
import { flaggedOf } from '../app/help/report.ts';
import { deleteSeven } from '../approval/story.ts';

const flagged = flaggedOf(deleteSeven);
const denied: Found = { kind: 'denied', by: 'maria' };
const nothing: Found = { kind: 'none', problem: null };

/** Each reading answers the next of these, the last one for ever; time passes by a second with each look at it. */
function polling(readings: readonly (Found | Error)[]) {
  const said: string[] = [];
  let time = 0;
  let asked = 0;
  const live = pollingGrants({
    reread: async () => {
      const found = readings[Math.min(asked++, readings.length - 1)] ?? nothing;
      if (found instanceof Error) throw found;
      return async () => found;
    },
    now: () => (time += 1000),
    say: (sentence) => said.push(sentence),
    everyMs: 1,
  });
  return { live, said, asked: () => asked };
}

suite('waiting by reading again and again', () => {
  test('settles with the reading that has a decision, and prints the command to copy', async () => {
    const { live, said, asked } = polling([nothing, new Error('no answer'), nothing, denied]);
    assert.deepEqual(await live.wait(flagged, 600_000), denied);
    assert.equal(asked(), 4);
    assert.ok(said[0]?.endsWith(`/approve ${flagged.id}`));
    assert.equal(said.at(-1), `${flagged.id}: denied by maria.`);
  });

  test('ends without a decision when its time is over, and says why what was written does not count', async () => {
    const { live, said } = polling([
      { kind: 'none', problem: 'The comment of rita does not count: no role.' },
    ]);
    const found = await live.wait(flagged, 20_000);
    assert.equal(found.kind, 'none');
    assert.equal(said.filter((line) => line.includes('of rita does not count')).length, 2);
  });

  test('what cannot be read for a minute releases nothing', async () => {
    const { live } = polling([new Error('status 403')]);
    const found = await live.wait(flagged, 1_800_000);
    assert.match(found.kind === 'none' ? (found.problem ?? '') : found.kind, /could not be read: status 403/);
  });

  test('goes on as held when its step ends', async () => {
    const { live, asked } = polling([nothing]);
    const waits = live.wait(flagged, 1_800_000);
    live.release('another');
    live.release('api');
    assert.deepEqual(await waits, nothing);
    assert.ok(asked() <= 2);
  });

  test('gives an approval back that is read when its step has ended', async () => {
    let given = 0;
    const { fingerprint, id } = flagged;
    const grant = { fingerprint, id, binds: '', varying: [], uses: 1, expires: null, by: ['maria'] };
    const live = pollingGrants({
      reread: async () => async () => {
        live.release('api');
        return { kind: 'granted', grant, giveBack: () => void given++ };
      },
      now: () => 0,
      say: () => undefined,
    });
    assert.deepEqual(await live.wait(flagged, 600_000), nothing);
    await new Promise(setImmediate);
    assert.equal(given, 1);
  });
});
