import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { openLedger } from '../../src/ledger/open.ts';
import { verifyLedger } from '../../src/ledger/verify.ts';
import { databases } from './databases.ts';

const folder = mkdtempSync(join(tmpdir(), 'jit-ledger-'));
after(() => rmSync(folder, { recursive: true }));
const server = await databases();

/** What it said, and whether it lived to its end. */
async function run(place: string, number: number): Promise<{ said: string; lived: boolean }> {
  const script = join(import.meta.dirname, 'killed-at-statement.ts');
  const child = spawn(process.execPath, [script, place, `${number}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return { said, lived: child.exitCode === 0 };
}

for (const [name, place] of [
  ['SQLite', join(folder, 'ledger.db')],
  ['PostgreSQL', await server.fresh()],
] as const) {
  test(`${name}: killed before any statement, it has recorded all or nothing, and nothing stays undone`, async () => {
    const ledger = await openLedger(place);
    let number = 0;
    for (let lived = false; !lived; ) {
      number++;
      const ended = await run(place, number);
      lived = ended.lived;
      const key = { repository: 'acme/shop', number };
      const facts = (await ledger.facts(key)).length;
      assert.ok(facts === 0 || facts === 3, `${facts} of 3 facts before statement ${number}`);
      if (ended.said.includes('recorded')) assert.equal(facts, 3);
      // GitHub sends again what was not acknowledged
      assert.equal(await ledger.record(key, [], `guid-${number}`, 5), facts === 0);
      const dirty = await ledger.dirty();
      const left = dirty.some((one) => one.key.number === number);
      assert.equal(left, !ended.said.includes('released') || facts === 0);
      const taken = await ledger.take({ holder: 'the next one', ms: 60_000 });
      assert.equal(taken?.key.number, left ? number : undefined);
      if (taken !== null) await ledger.release(taken, { kind: 'done', againInMs: null });
      for await (const { broken } of verifyLedger(ledger)) assert.equal(broken, null);
    }
    assert.ok(number > 8, `only ${number} statements`);
    await ledger.close();
  });
}
