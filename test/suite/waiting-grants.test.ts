import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { binding } from '../../src/approval/fingerprint.ts';
import type { ActionForm } from '../../src/approval/form.ts';
import type { Grant } from '../../src/approval/grant.ts';
import { type Channel, ChannelRefused, type Hear } from '../../src/live/channel.ts';
import { WaitBudget } from '../../src/suite/wait-budget.ts';
import { waitingGrants } from '../../src/suite/waiting-grants.ts';
import { flaggedOf } from '../app/help/report.ts';
import { deleteSeven, formOf, value } from '../approval/story.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const minutes = 60_000;

function grantFor(form: ActionForm, over: Partial<Grant> = {}): Grant {
  const flagged = flaggedOf(form);
  return {
    fingerprint: flagged.fingerprint,
    id: flagged.id,
    binds: binding(form, []) ?? '',
    varying: [],
    uses: null,
    expires: null,
    by: ['maria'],
    ...over,
  };
}

/** A line to the App at whose other end the test sits. */
function line(over: Partial<Channel> = {}) {
  const { promise, resolve } = Promise.withResolvers<Hear>();
  const channel: Channel = {
    post: async ({ holds }) => ({ accepted: holds.map(({ fingerprint }) => fingerprint), refused: [] }),
    listen: (_last, hear, signal) => {
      hear.connected();
      resolve(hear);
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    },
    ...over,
  };
  const said: string[] = [];
  const used = new Map<string, number>();
  const say = (sentence: string) => void said.push(sentence);
  const live = waitingGrants({ channel, used, now: () => now, say, patienceMs: -1 });
  const tell = async (...grants: Grant[]) =>
    (await promise).decisions({ version: 1, grants, denied: [] }, '1');
  return { live, said, used, tell };
}

suite('waiting for people', () => {
  test('what is told of another form, or has expired, releases nothing', async () => {
    const { live, tell } = line();
    const waiting = live.wait(flaggedOf(deleteSeven), 5 * minutes);
    await tell(grantFor(formOf([value('id', '8', true)])));
    await tell(grantFor(deleteSeven, { expires: new Date(now - 1).toISOString() }));
    await tell(grantFor(deleteSeven, { binds: 'a'.repeat(64) }));
    live.release('api');
    assert.deepEqual(await waiting, { kind: 'none', problem: null });
  });

  test('a grant for one execution releases one of two that wait for it', async () => {
    const { live, tell, used } = line();
    const both = [live.wait(flaggedOf(deleteSeven), minutes), live.wait(flaggedOf(deleteSeven), minutes)];
    const grant = grantFor(deleteSeven, { uses: 1 });
    await tell(grant);
    await tell(grant);
    assert.equal(used.get(grant.binds), 1);
    live.release('api');
    assert.deepEqual((await Promise.all(both)).map(({ kind }) => kind).sort(), ['granted', 'none']);
  });

  test('a denial ends the waiting of what it names', async () => {
    const heard = Promise.withResolvers<Hear>();
    const { live } = line({
      listen: (_last, hear, signal) => {
        heard.resolve(hear);
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        });
      },
    });
    const flagged = flaggedOf(deleteSeven);
    const waiting = live.wait(flagged, minutes);
    const denied = [{ fingerprint: flagged.fingerprint, id: flagged.id, by: 'maria' }];
    (await heard.promise).decisions({ version: 1, grants: [], denied }, '1');
    assert.deepEqual(await waiting, { kind: 'denied', by: 'maria' });
  });

  test('a connection that stays broken is said, and everything goes on as held', async () => {
    const { live, said } = line({ listen: () => Promise.reject(new Error('connection reset')) });
    const found = await live.wait(flaggedOf(deleteSeven), minutes);
    assert.equal(found.kind, 'none');
    assert.match(
      found.kind === 'none' ? (found.problem ?? '') : '',
      /did not come back \(connection reset\)/,
    );
    assert.ok(said.some((sentence) => sentence.includes('The connection to the App broke')));
    assert.match(said.at(-1) ?? '', /goes on as held/);
  });

  test('what the App refuses is not asked again', async () => {
    let asked = 0;
    const { live } = line({
      async post() {
        asked += 1;
        throw new ChannelRefused('the App refused this job: it is none of ours');
      },
    });
    const found = await live.wait(flaggedOf(deleteSeven), minutes);
    assert.deepEqual(found, { kind: 'none', problem: 'the App refused this job: it is none of ours' });
    assert.equal(asked, 1);
  });
});

test('a call waits half an hour at most and a run an hour in all, counted once where calls wait together', () => {
  let time = 0;
  const budget = new WaitBudget(() => time);
  assert.equal(budget.allowed(120 * minutes), 30 * minutes);
  const [first, second] = [budget.start(), budget.start()];
  time += 40 * minutes;
  assert.equal(budget.allowed(30 * minutes), 20 * minutes);
  first();
  second();
  assert.equal(budget.allowed(30 * minutes), 20 * minutes);
  budget.start()();
  time += 600 * minutes;
  assert.equal(budget.allowed(30 * minutes), 20 * minutes, 'time in which nothing waits costs nothing');
});
