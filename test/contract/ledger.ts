import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Fact } from '../../src/approval/facts.ts';
import type { Ledger } from '../../src/ledger/port.ts';

const at = '2026-01-01T00:00:00.000Z';
const hash = 'a'.repeat(64);
const key = { repository: 'acme/shop', number: 12 };
const other = { repository: 'acme/shop', number: 13 };

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
      await ledger.clean(key, 1);
    });

    withLedger('records a delivery once, and answers that it was known', async (ledger) => {
      assert.equal(await ledger.record(key, [id('7f3k9q2m')], 'guid-1', 5), true);
      const [entry] = await ledger.dirty();
      await ledger.clean(key, entry?.mark ?? 0);
      assert.equal(await ledger.record(key, [id('zzzzzzzz')], 'guid-1', 5), false);
      assert.equal((await ledger.facts(key)).length, 1);
      assert.deepEqual(await ledger.dirty(), []);
    });

    withLedger('takes one delivery for each of the pull requests that it concerns', async (ledger) => {
      assert.equal(await ledger.record(key, [pull()], 'guid-1', 5), true);
      assert.equal(await ledger.record(other, [pull()], 'guid-1', 5), true);
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

    withLedger('stays dirty when it was marked again since', async (ledger) => {
      await ledger.markDirty(key, 5);
      const [before] = await ledger.dirty();
      await ledger.record(key, [pull()], null, 5);
      await ledger.clean(key, before?.mark ?? 0);
      const [after] = await ledger.dirty();
      assert.ok(after !== undefined && after.mark !== before?.mark);
      await ledger.clean(key, after.mark);
      assert.deepEqual(await ledger.dirty(), []);
      await ledger.markDirty(key, 5);
      const [again] = await ledger.dirty();
      assert.ok(again !== undefined && again.mark !== after.mark);
    });

    withLedger('names the installation that was seen last', async (ledger) => {
      await ledger.record(key, [pull()], null, 5);
      await ledger.markDirty(key, 9);
      assert.equal((await ledger.dirty())[0]?.installation, 9);
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

    withLedger('can be closed twice', async (ledger) => {
      await ledger.close();
    });
  });
}
