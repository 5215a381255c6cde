import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import { sqliteLedger } from '../../src/ledger/sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'jit-ledger-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = () => join(folder, `${files++}.db`);
const key = { repository: 'acme/shop', number: 12 };

/** Runs the writer until it has said `lines` lines, kills it as `kill -9` does, and gives what it said. */
async function killed(file: string, mode: string, lines: number): Promise<readonly string[]> {
  const writer = spawn(process.execPath, [join(import.meta.dirname, 'killed-writer.ts'), file, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: writer.stdout })) {
    said.push(line);
    if (said.length === lines) writer.kill('SIGKILL');
  }
  if (writer.signalCode === null && writer.exitCode === null) await once(writer, 'exit');
  assert.equal(writer.signalCode, 'SIGKILL');
  return said;
}

function integrity(file: string): unknown {
  const database = new DatabaseSync(file);
  try {
    return database.prepare('PRAGMA integrity_check').get()?.integrity_check;
  } finally {
    database.close();
  }
}

describe('the SQLite ledger', () => {
  test('keeps everything over a restart, dirty marks too', async () => {
    const file = fresh();
    const first = sqliteLedger(file);
    await first.record(key, [], 'guid-1', 5);
    await first.close();
    const second = sqliteLedger(file);
    assert.equal(await second.record(key, [], 'guid-1', 5), false);
    assert.deepEqual(
      (await second.dirty()).map((entry) => entry.key),
      [key],
    );
    await second.close();
  });

  test('a process killed between two statements leaves nothing of its transaction', async () => {
    const file = fresh();
    await killed(file, 'half', 1);
    const ledger = sqliteLedger(file);
    assert.equal((await ledger.facts(key)).length, 3);
    assert.equal(await ledger.record(key, [], 'guid-1', 5), true);
    await ledger.close();
    assert.equal(integrity(file), 'ok');
  });

  test('a process killed while it writes loses nothing that it acknowledged, and half a batch never stays', async () => {
    const file = fresh();
    const said = await killed(file, 'stream', 20);
    const ledger = sqliteLedger(file);
    const ids = (await ledger.facts(key)).map((fact) => (fact.type === 'id' ? fact.id : ''));
    assert.equal(ids.length % 3, 0);
    for (const number of said) assert.ok(ids.includes(`${number}c`), `batch ${number}`);
    for (const number of said) assert.equal(await ledger.record(key, [], `guid-${number}`, 5), false);
    await ledger.close();
    assert.equal(integrity(file), 'ok');
  });

  test('two processes write to one file without losing a fact', async () => {
    const file = fresh();
    const [one, two] = [sqliteLedger(file), sqliteLedger(file)];
    const id = (text: string) =>
      ({ type: 'id', at: '2026-01-01T00:00:00Z', id: text, fingerprint: 'a'.repeat(64) }) as const;
    for (let number = 0; number < 10; number++) {
      await one.record(key, [id(`a${number}`)], null, 5);
      await two.record(key, [id(`b${number}`)], null, 5);
    }
    assert.equal((await one.facts(key)).length, 20);
    await one.close();
    await two.close();
  });

  test('keeps a write-ahead log, so that readers never wait for the writer', async () => {
    const file = fresh();
    const ledger = sqliteLedger(file);
    const database = new DatabaseSync(file);
    assert.equal(database.prepare('PRAGMA journal_mode').get()?.journal_mode, 'wal');
    database.close();
    await ledger.close();
  });

  test('a ledger of a newer version is refused, not written to', () => {
    const file = fresh();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    assert.throws(() => sqliteLedger(file), { code: 'ledger-newer' });
  });

  test('a file that is no database, and a folder that is not there, are said plainly', () => {
    const file = fresh();
    writeFileSync(file, 'this is no database, and long enough to be sure of that\n'.repeat(20));
    assert.throws(() => sqliteLedger(file), { code: 'ledger-open' });
    assert.throws(() => sqliteLedger(join(folder, 'none', 'x.db')), { code: 'ledger-open' });
  });
});
