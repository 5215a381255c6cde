import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Fact } from '../../src/approval/facts.ts';
import { contentDigest } from '../../src/ledger/chain.ts';
import { exportLedger } from '../../src/ledger/export.ts';
import type { Ledger, Taken } from '../../src/ledger/port.ts';
import { verifyLedger } from '../../src/ledger/verify.ts';
import { canonical } from '../../src/policy/canonical.ts';

const at = '2026-01-01T00:00:00.000Z';
const hash = 'a'.repeat(64);
const key = { repository: 'acme/shop', number: 12 };
const other = { repository: 'acme/shop', number: 13 };
const elsewhere = { repository: 'acme/app', number: 1 };
/** After everything here, and after today. */
const later = '9999-01-01T00:00:00.000Z';
const lease = { holder: 'this test', ms: 60_000 };
const done = { kind: 'done', againInMs: null } as const;

async function taken(ledger: Ledger, ms = lease.ms): Promise<Taken> {
  const found = await ledger.take({ ...lease, ms });
  assert.ok(found !== null, 'there is something to take');
  return found;
}

async function verified(ledger: Ledger) {
  const found = [];
  for await (const one of verifyLedger(ledger)) found.push(one);
  return found;
}

const pull = (state: 'open' | 'closed' = 'open'): Fact => ({
  type: 'pull',
  at,
  state,
  head: '1'.repeat(40),
  base: 'main',
  author: 'author',
  pushedBy: null,
});
const id = (text: string): Fact => ({ type: 'id', at, id: text, fingerprint: hash });
const answer = (source: string): Fact => ({
  type: 'answer',
  at,
  source,
  by: 'maria',
  outcome: 'done',
  words: 'ok',
});
const vote = (source: string, fingerprint = hash): Fact => ({
  type: 'vote',
  at,
  vote: 'approve',
  fingerprint,
  binds: fingerprint,
  varying: [],
  by: 'maria',
  byId: 7,
  head: '1'.repeat(40),
  reason: 'Grüße \u0000 🙂',
  channel: 'comment',
  source,
  satisfies: ['bulk-delete'],
});

/** What every ledger does; `open` makes an empty one. */
export function ledgerContract(name: string, open: () => Ledger | Promise<Ledger>): void {
  const withLedger = (title: string, body: (ledger: Ledger) => Promise<void>) =>
    test(title, async () => {
      const ledger = await open();
      try {
        await body(ledger);
      } finally {
        await ledger.close();
      }
    });

  describe(`a ledger: ${name}`, () => {
    withLedger(
      'gives facts back as they were, in the order in which they came, per pull request',
      async (ledger) => {
        assert.equal(await ledger.record(key, [pull(), vote('comment:1')], 'guid-1', 5), true);
        await ledger.record(other, [id('zzzzzzzz')], null, 5);
        await ledger.record(key, [id('7f3k9q2m')], null, 5);
        const facts = await ledger.facts(key);
        assert.deepEqual(
          facts.map(({ sequence: _, ...fact }) => fact),
          [pull(), vote('comment:1'), id('7f3k9q2m')],
        );
        const order = facts.map((fact) => fact.sequence);
        assert.deepEqual(
          order,
          [...order].sort((a, b) => a - b),
        );
        assert.equal(new Set(order).size, 3);
      },
    );

    withLedger('knows nothing of a pull request that it never met', async (ledger) => {
      assert.deepEqual(await ledger.facts(key), []);
      assert.deepEqual(await ledger.dirty(), []);
      assert.deepEqual(await ledger.open(), []);
      assert.equal(await ledger.take(lease), null);
      assert.deepEqual(await ledger.heads(), []);
      assert.deepEqual(await ledger.entries(key.repository, 0, 10), []);
      assert.equal(await ledger.forget(later), 0);
    });

    withLedger('records a delivery once, and answers that it was known', async (ledger) => {
      assert.equal(await ledger.record(key, [id('7f3k9q2m')], 'guid-1', 5), true);
      await ledger.release(await taken(ledger), done);
      assert.equal(await ledger.record(key, [id('zzzzzzzz')], 'guid-1', 5), false);
      assert.equal((await ledger.facts(key)).length, 1);
      assert.deepEqual(await ledger.dirty(), []);
    });

    withLedger('takes one delivery for each of the pull requests that it concerns', async (ledger) => {
      assert.equal(await ledger.record(key, [pull()], 'guid-1', 5), true);
      assert.equal(await ledger.record(other, [pull()], 'guid-1', 5), true);
    });

    withLedger('says which deliveries it has, also those that told no fact', async (ledger) => {
      await ledger.record(key, [], 'guid-1', 5);
      await ledger.record(key, [pull()], 'guid-2', 5);
      await ledger.record(other, [pull()], 'guid-2', 5);
      const asked = ['guid-1', 'guid-2', 'guid-3', "'); --"];
      assert.deepEqual([...(await ledger.arrived(asked))].sort(), ['guid-1', 'guid-2']);
      assert.equal((await ledger.arrived([])).size, 0);
    });

    withLedger('knows after which failed attempt a delivery was asked for last', async (ledger) => {
      await ledger.noteAskedFor('guid-1', 30_000_000_001);
      await ledger.noteAskedFor('guid-1', 30_000_000_007);
      await ledger.noteAskedFor('guid-2', 2);
      const asked = await ledger.askedFor(['guid-1', 'guid-3', "'); --"]);
      assert.deepEqual([...asked], [['guid-1', 30_000_000_007]]);
      await ledger.forget('2000-01-01T00:00:00Z');
      assert.equal((await ledger.askedFor(['guid-2'])).get('guid-2'), 2);
      await ledger.forget(later);
      assert.equal((await ledger.askedFor(['guid-1', 'guid-2'])).size, 0);
    });

    withLedger(
      'leaves out a vote of the same source on the same action, and a second answer',
      async (ledger) => {
        await ledger.record(key, [vote('comment:1'), vote('comment:1'), answer('comment:1')], null, 5);
        await ledger.record(key, [vote('comment:1'), answer('comment:1'), answer('comment:2')], null, 5);
        await ledger.record(key, [vote('comment:1', 'b'.repeat(64)), vote('comment:2')], null, 5);
        await ledger.record(other, [vote('comment:1')], null, 5);
        const types = (await ledger.facts(key)).map((fact) => fact.type);
        assert.deepEqual(types, ['vote', 'answer', 'answer', 'vote', 'vote']);
        assert.equal((await ledger.facts(other)).length, 1);
      },
    );

    withLedger('keeps facts that may repeat', async (ledger) => {
      await ledger.record(key, [pull(), pull()], null, 5);
      await ledger.record(key, [pull()], null, 5);
      assert.equal((await ledger.facts(key)).length, 3);
    });

    withLedger('writes nothing at all when one of the facts is none', async (ledger) => {
      const broken = { ...pull(), head: 'HEAD' };
      await assert.rejects(ledger.record(key, [pull(), broken], 'guid-1', 5), { code: 'ledger-fact' });
      assert.deepEqual(await ledger.facts(key), []);
      assert.equal(await ledger.record(key, [pull()], 'guid-1', 5), true);
    });

    withLedger('lists dirty pull requests oldest first, also when one is marked again', async (ledger) => {
      await ledger.markDirty(key, 5);
      await ledger.record(other, [], null, 6);
      await ledger.markDirty(key, 5);
      const dirty = await ledger.dirty();
      assert.deepEqual(
        dirty.map((entry) => [entry.key, entry.installation]),
        [
          [key, 5],
          [other, 6],
        ],
      );
    });

    withLedger('hands each dirty pull request to one taker, the longest waiting first', async (ledger) => {
      await ledger.markDirty(key, 5);
      await ledger.markDirty(other, 6);
      await ledger.markDirty(key, 5);
      const [first, second] = [await taken(ledger), await taken(ledger)];
      assert.deepEqual([first.key, first.installation, first.failures], [key, 5, 0]);
      assert.deepEqual([second.key, second.installation], [other, 6]);
      assert.equal(await ledger.take(lease), null);
      assert.equal((await ledger.dirty()).length, 2, 'what is taken is not done');
      await ledger.release(first, done);
      await ledger.release(second, done);
      assert.deepEqual(await ledger.dirty(), []);
      assert.equal(await ledger.take(lease), null);
    });

    withLedger('many takers at once get different pull requests, and all of them', async (ledger) => {
      for (let number = 1; number <= 12; number++) await ledger.markDirty({ ...key, number }, 5);
      const all = await Promise.all(Array.from({ length: 16 }, () => ledger.take(lease)));
      // a taker that met another's row half-way may have got nothing; it comes again
      for (let next = await ledger.take(lease); next !== null; next = await ledger.take(lease))
        all.push(next);
      const numbers = all.flatMap((one) => one?.key.number ?? []).sort((a, b) => a - b);
      assert.deepEqual(
        numbers,
        Array.from({ length: 12 }, (_, index) => index + 1),
      );
    });

    withLedger('stays dirty when it was marked again since', async (ledger) => {
      await ledger.markDirty(key, 5);
      const before = await taken(ledger);
      await ledger.record(key, [pull()], null, 5);
      await ledger.release(before, done);
      const again = await taken(ledger);
      assert.notEqual(again.mark, before.mark);
      await ledger.release(again, done);
      assert.deepEqual(await ledger.dirty(), []);
      await ledger.markDirty(key, 5);
      assert.notEqual((await taken(ledger)).mark, again.mark);
    });

    withLedger('an expired lease is taken over, and its holder changes nothing any more', async (ledger) => {
      await ledger.markDirty(key, 5);
      const lost = await taken(ledger, 0);
      const next = await taken(ledger);
      assert.deepEqual(next.key, key);
      assert.equal(await ledger.renew(lost, 60_000), false);
      await ledger.release(lost, done);
      assert.equal((await ledger.dirty()).length, 1);
      assert.equal(await ledger.take(lease), null, 'the release of the lost lease set nothing free');
      assert.equal(await ledger.renew(next, 60_000), true);
      await ledger.release(next, done);
      assert.deepEqual(await ledger.dirty(), []);
      assert.equal(await ledger.renew(next, 60_000), false);
    });

    withLedger('a lease ends when it is not renewed, and not before when it is', async (ledger) => {
      await ledger.markDirty(key, 5);
      const short = await taken(ledger, 0);
      assert.equal(await ledger.renew(short, 60_000), true);
      assert.equal(await ledger.take(lease), null);
      assert.equal(await ledger.renew(short, 0), true);
      assert.deepEqual((await taken(ledger)).key, key);
    });

    withLedger(
      'what failed is dirty and waits, its failures counted, even when it is marked',
      async (ledger) => {
        await ledger.markDirty(key, 5);
        await ledger.release(await taken(ledger), { kind: 'failed', retryInMs: 0 });
        const second = await taken(ledger);
        assert.equal(second.failures, 1);
        await ledger.release(second, { kind: 'failed', retryInMs: 60_000 });
        await ledger.markDirty(key, 5);
        assert.equal(await ledger.take(lease), null);
        assert.equal((await ledger.dirty()).length, 1);
      },
    );

    withLedger('what succeeds has no failures behind it', async (ledger) => {
      await ledger.markDirty(key, 5);
      await ledger.release(await taken(ledger), { kind: 'failed', retryInMs: 0 });
      await ledger.release(await taken(ledger), done);
      await ledger.markDirty(key, 5);
      assert.equal((await taken(ledger)).failures, 0);
    });

    withLedger('comes back when its time has come, and until then is clean', async (ledger) => {
      await ledger.markDirty(key, 5);
      await ledger.release(await taken(ledger), { kind: 'done', againInMs: 60_000 });
      assert.deepEqual(await ledger.dirty(), []);
      assert.equal(await ledger.take(lease), null);
      await ledger.markDirty(key, 5);
      await ledger.release(await taken(ledger), { kind: 'done', againInMs: 0 });
      assert.deepEqual(await ledger.dirty(), []);
      const woken = await taken(ledger);
      assert.deepEqual([woken.key, woken.installation], [key, 5]);
      await ledger.release(woken, done);
      assert.equal(await ledger.take(lease), null);
    });

    withLedger('what it is reminded of comes after what is dirty, once', async (ledger) => {
      await ledger.remind(key, 5);
      await ledger.remind(key, 9);
      await ledger.markDirty(other, 6);
      assert.deepEqual(
        (await ledger.dirty()).map((entry) => entry.key),
        [other],
      );
      const [first, second] = [await taken(ledger), await taken(ledger)];
      assert.deepEqual([first.key, second.key, second.installation], [other, key, 9]);
      await ledger.release(second, done);
      await ledger.remind(other, 6);
      await ledger.release(first, done);
      assert.equal(await ledger.take(lease), null);
    });

    withLedger('a reminder of what waits for a retry does not hurry it', async (ledger) => {
      await ledger.markDirty(key, 5);
      await ledger.release(await taken(ledger), { kind: 'failed', retryInMs: 60_000 });
      await ledger.remind(key, 5);
      assert.equal(await ledger.take(lease), null);
    });

    withLedger('a reminder brings forward what time would ask for later', async (ledger) => {
      await ledger.markDirty(key, 5);
      await ledger.release(await taken(ledger), { kind: 'done', againInMs: 60_000 });
      await ledger.remind(key, 5);
      await ledger.release(await taken(ledger), done);
      assert.equal(await ledger.take(lease), null);
    });

    withLedger('names the installation that was seen last', async (ledger) => {
      await ledger.record(key, [pull()], null, 5);
      await ledger.markDirty(key, 9);
      assert.equal((await taken(ledger)).installation, 9);
      assert.equal((await ledger.open())[0]?.installation, 9);
    });

    withLedger('lists pull requests that are open as far as it knows', async (ledger) => {
      await ledger.record(key, [pull('open')], null, 5);
      await ledger.record(other, [pull('open'), pull('closed')], null, 5);
      await ledger.markDirty({ repository: 'acme/other', number: 1 }, 5);
      assert.deepEqual(await ledger.open(), [{ key, installation: 5 }]);
      await ledger.record(key, [pull('closed')], null, 5);
      assert.deepEqual(await ledger.open(), []);
    });

    withLedger('lists every pull request of one repository that it met, closed ones too', async (ledger) => {
      await ledger.record(key, [pull('closed')], null, 5);
      await ledger.markDirty(other, 6);
      await ledger.record(elsewhere, [pull()], null, 7);
      const found = await ledger.known(key.repository);
      assert.deepEqual(
        found.toSorted((a, b) => a.key.number - b.key.number),
        [
          { key, installation: 5 },
          { key: other, installation: 6 },
        ],
      );
      assert.deepEqual(await ledger.known('acme/nothing'), []);
    });

    withLedger('gives a duty to one holder at a time, who may keep it', async (ledger) => {
      const [ours, theirs] = [
        { holder: 'one', ms: 60_000 },
        { holder: 'two', ms: 60_000 },
      ];
      const asked = await Promise.all([ledger.takeDuty('sweep', ours), ledger.takeDuty('sweep', theirs)]);
      assert.deepEqual(asked.toSorted(), [false, true]);
      const [has, waits] = asked[0] ? [ours, theirs] : [theirs, ours];
      assert.equal(await ledger.takeDuty('sweep', has), true);
      assert.equal(await ledger.takeDuty('sweep', waits), false);
      assert.equal(await ledger.takeDuty('another', waits), true);
    });

    withLedger('a duty whose holder is silent goes to the next who asks', async (ledger) => {
      assert.equal(await ledger.takeDuty('sweep', { holder: 'one', ms: 0 }), true);
      assert.equal(await ledger.takeDuty('sweep', { holder: 'two', ms: 60_000 }), true);
      assert.equal(await ledger.takeDuty('sweep', { holder: 'one', ms: 60_000 }), false);
    });

    withLedger('a duty that is given back is free, and only its holder can give it back', async (ledger) => {
      await ledger.takeDuty('sweep', { holder: 'one', ms: 60_000 });
      await ledger.leaveDuty('sweep', 'two');
      assert.equal(await ledger.takeDuty('sweep', { holder: 'two', ms: 60_000 }), false);
      await ledger.leaveDuty('sweep', 'one');
      assert.equal(await ledger.takeDuty('sweep', { holder: 'two', ms: 60_000 }), true);
    });

    withLedger(
      'links the facts of a repository into one chain, of each repository its own',
      async (ledger) => {
        await ledger.record(key, [pull(), vote('comment:1')], null, 5);
        await ledger.record(elsewhere, [pull()], null, 5);
        await ledger.record(other, [pull()], null, 5);
        await ledger.record(key, [vote('comment:1'), id('7f3k9q2m')], null, 5);
        const links = await ledger.entries('acme/shop', 0, 100);
        assert.deepEqual(
          links.map(({ sequence, number, type, at: when }) => [sequence, number, type, when]),
          [
            [1, 12, 'pull', at],
            [2, 12, 'vote', at],
            [3, 13, 'pull', at],
            [4, 12, 'id', at],
          ],
        );
        assert.deepEqual(
          (await ledger.entries('acme/shop', 1, 2)).map(({ sequence }) => sequence),
          [2, 3],
        );
        const heads = await ledger.heads();
        assert.deepEqual(
          heads.map(({ repository, sequence }) => [repository, sequence]),
          [
            ['acme/app', 1],
            ['acme/shop', 4],
          ],
        );
        assert.equal(heads[1]?.hash, links[3]?.hash);
        const chains = await verified(ledger);
        assert.deepEqual(
          chains.map(({ links: count, forgotten, broken }) => [count, forgotten, broken]),
          [
            [1, 0, null],
            [4, 0, null],
          ],
        );
      },
    );

    withLedger('many writers of one repository never fork its chain', async (ledger) => {
      const writers = Array.from({ length: 12 }, (_, writer) =>
        Promise.all(
          [1, 2, 3].map((round) =>
            ledger.record(
              { repository: 'acme/shop', number: (writer % 3) + 1 },
              [id(`${writer}`), vote(`comment:${round}`)],
              `guid-${writer}-${round}`,
              5,
            ),
          ),
        ),
      );
      await Promise.all(writers);
      // 36 ids, and one vote for each comment of each of three pull requests
      const [chain] = await verified(ledger);
      assert.deepEqual([chain?.links, chain?.broken], [45, null]);
    });

    withLedger('exports every link with what its digest is of, from a time on', async (ledger) => {
      const early = { ...pull(), at: '2025-12-31T23:59:59Z' } as const;
      await ledger.record(key, [early, vote('comment:1')], null, 5);
      const all = [];
      for await (const line of exportLedger(ledger, null)) all.push(line);
      assert.deepEqual(
        all.map(({ sequence, fact }) => [sequence, fact]),
        [
          [1, early],
          [2, vote('comment:1')],
        ],
      );
      for (const { salt, fact, content } of JSON.parse(JSON.stringify(all))) {
        assert.equal(contentDigest({ salt, body: canonical(fact) }), content);
      }
      const since = [];
      for await (const line of exportLedger(ledger, Date.parse(at))) since.push(line.sequence);
      assert.deepEqual(since, [2]);
    });

    withLedger('forgets what closed pull requests said, and their chain still holds', async (ledger) => {
      await ledger.record(key, [pull('open'), vote('comment:1'), pull('closed')], 'guid-1', 5);
      await ledger.record(other, [pull('open')], 'guid-2', 5);
      assert.equal(await ledger.forget(at), 0, 'nothing that was recorded at that time or later');
      assert.equal(await ledger.forget('2026-01-01T00:00:00.001Z'), 3);
      assert.deepEqual(await ledger.facts(key), []);
      assert.equal((await ledger.facts(other)).length, 1, 'an open one keeps what it has');
      const [chain] = await verified(ledger);
      assert.deepEqual([chain?.links, chain?.forgotten, chain?.broken], [4, 3, null]);
      assert.ok((await ledger.entries('acme/shop', 0, 3)).every(({ kept }) => kept === null));
      assert.equal(await ledger.forget(later), 0, 'it is forgotten once');
      // and life goes on behind the gap
      await ledger.record(key, [pull('open'), vote('comment:1')], null, 5);
      assert.deepEqual(
        (await ledger.facts(key)).map(({ type, sequence }) => [type, sequence]),
        [
          ['pull', 5],
          ['vote', 6],
        ],
      );
      assert.equal((await verified(ledger))[0]?.broken, null);
    });

    withLedger('keeps closed pull requests of which something was recorded since', async (ledger) => {
      const recent = { ...pull('closed'), at: '2026-03-01T00:00:00Z' } as const;
      await ledger.record(key, [pull('open'), recent], null, 5);
      assert.equal(await ledger.forget('2026-02-01T00:00:00Z'), 0);
      assert.equal((await ledger.facts(key)).length, 2);
    });

    withLedger('forgets deliveries with time', async (ledger) => {
      await ledger.record(key, [pull()], 'guid-1', 5);
      await ledger.forget(at);
      assert.equal(await ledger.record(key, [pull()], 'guid-1', 5), false);
      await ledger.forget(later);
      assert.equal(await ledger.record(key, [pull()], 'guid-1', 5), true);
    });

    withLedger('can be closed twice', async (ledger) => {
      await ledger.close();
    });
  });
}
