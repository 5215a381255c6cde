import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { pullFacts } from '../../src/app/facts-of-github.ts';
import { moveRepository, ofThisName } from '../../src/app/moved.ts';
import type { RecordedFact } from '../../src/approval/facts.ts';
import { memoryLedger } from '../../src/ledger/memory.ts';
import { deleteSeven, reported, story } from '../approval/story.ts';
import { pullRequest } from '../github/pull-request.ts';

const before = { repository: 'acme/shop', number: 7 };
const after = { repository: 'acme/store', number: 7 };
const now = () => Date.parse('2026-01-02T00:00:00Z');
const facts = (told: ReturnType<typeof story>) => told.facts.map(({ sequence: _, ...fact }) => fact);
const held = () =>
  story()
    .pull()
    .ran([reported(deleteSeven)]);
const types = (all: readonly RecordedFact[]) => all.map((fact) => fact.type);

async function ledgerWith(told: ReturnType<typeof story>) {
  const ledger = ofThisName(memoryLedger());
  await ledger.record(before, facts(told), null, 1);
  return ledger;
}

suite('a repository that was renamed or transferred', () => {
  test('takes its approvals along, and leaves nothing under the old name', async () => {
    const ledger = await ledgerWith(held().approve(deleteSeven));
    await moveRepository({ ledger, now }, 'acme/shop', 'acme/store', 2);
    assert.deepEqual(types(await ledger.facts(after)), ['pull', 'run', 'report', 'vote']);
    assert.deepEqual(await ledger.facts(before), []);
    assert.deepEqual(await ledger.open(), [{ key: after, installation: 2 }]);
  });

  test('moved twice, as after a crash, it has each vote once', async () => {
    const ledger = await ledgerWith(held().approve(deleteSeven));
    await ledger.record(after, facts(held().approve(deleteSeven)), null, 2);
    await moveRepository({ ledger, now }, 'acme/shop', 'acme/store', 2);
    assert.equal(types(await ledger.facts(after)).filter((type) => type === 'vote').length, 1);
  });

  test('where people voted under the new name already, earlier approvals stay behind and denials come', async () => {
    const ledger = await ledgerWith(held().approve(deleteSeven).vote('deny', deleteSeven, 'dana'));
    const revoked = story().pull().vote('revoke', deleteSeven, 'tom', { source: 'comment:9' });
    await ledger.record(after, facts(revoked), null, 2);
    await moveRepository({ ledger, now }, 'acme/shop', 'acme/store', 2);
    const votes = (await ledger.facts(after)).flatMap((fact) => (fact.type === 'vote' ? [fact.vote] : []));
    assert.deepEqual(votes, ['revoke', 'deny']);
  });

  test('other repositories stay where they are', async () => {
    const ledger = await ledgerWith(held());
    await moveRepository({ ledger, now }, 'acme/other', 'acme/store', 2);
    assert.deepEqual(await ledger.open(), [{ key: before, installation: 1 }]);
  });
});

test('another repository under an old name inherits nothing', async () => {
  const pull = (repositoryId: number) =>
    pullRequest({ base: { ref: 'main', repository: 'acme/shop', repositoryId } });
  const ledger = await ledgerWith(held().approve(deleteSeven));
  const at = new Date(now()).toISOString();
  await ledger.record(before, pullFacts(await ledger.facts(before), pull(1), at), null, 1);
  assert.equal((await ledger.facts(before)).length, 5);
  assert.deepEqual(pullFacts(await ledger.facts(before), pull(1), at), []);
  await ledger.record(before, pullFacts(await ledger.facts(before), pull(2), at), null, 1);
  assert.deepEqual(types(await ledger.facts(before)), ['pull']);
});
