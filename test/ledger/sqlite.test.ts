import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import { sqliteLedger } from '../../src/ledger/sqlite.ts';
import { verifyLedger } from '../../src/ledger/verify.ts';
import { killed } from './killed.ts';

const folder = mkdtempSync(join(tmpdir(), 'jit-ledger-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = () => join(folder, `${files++}.db`);
const key = { repository: 'acme/shop', number: 12 };

function integrity(file: string): unknown {
  const database = new DatabaseSync(file);
  try {
    return database.prepare('PRAGMA integrity_check').get()?.integrity_check;
  } finally {
    database.close();
  }
}

/** As the first version made it. */
const firstSchema = `
  CREATE TABLE pull (repository TEXT NOT NULL, number INTEGER NOT NULL, installation INTEGER NOT NULL,
    open INTEGER NOT NULL DEFAULT 0, mark INTEGER, since INTEGER, PRIMARY KEY (repository, number)) STRICT;
  CREATE TABLE fact (sequence INTEGER PRIMARY KEY AUTOINCREMENT, repository TEXT NOT NULL,
    number INTEGER NOT NULL, type TEXT NOT NULL, once TEXT, body TEXT NOT NULL,
    FOREIGN KEY (repository, number) REFERENCES pull (repository, number)) STRICT;
  CREATE INDEX fact_of_pull ON fact (repository, number, sequence);
  CREATE UNIQUE INDEX fact_once ON fact (repository, number, once) WHERE once IS NOT NULL;
  CREATE TABLE delivery (guid TEXT NOT NULL, repository TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (guid, repository, number)) STRICT, WITHOUT ROWID;
  CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO counter (name, value) VALUES ('mark', 0);
  PRAGMA user_version = 1;`;

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

  test('facts of a ledger without a chain are chained in the order in which they came', async () => {
    const file = fresh();
    const database = new DatabaseSync(file);
    database.exec(firstSchema);
    const insert = database.prepare(
      `INSERT INTO fact (repository, number, type, once, body) VALUES (?, ?, ?, ?, ?)`,
    );
    for (const [text, repository, number] of [
      ['one', 'acme/shop', 12],
      ['two', 'acme/app', 1],
      ['three', 'acme/shop', 13],
      ['four', 'acme/shop', 12],
    ] as const) {
      database
        .prepare(
          'INSERT INTO pull (repository, number, installation) VALUES (?, ?, 5) ON CONFLICT DO NOTHING',
        )
        .run(repository, number);
      const fact = { type: 'id', at: '2026-01-01T00:00:00Z', id: text, fingerprint: 'a'.repeat(64) };
      insert.run(repository, number, 'id', null, JSON.stringify(fact));
    }
    database.exec(`UPDATE pull SET mark = 7, since = 7 WHERE number = 13;
                   UPDATE counter SET value = 7; INSERT INTO delivery VALUES ('guid-1', 'acme/shop', 12)`);
    database.close();

    assert.throws(() => sqliteLedger(file, { readOnly: true }), { code: 'ledger-older' });
    const ledger = sqliteLedger(file);
    const chains = [];
    for await (const { repository, links, broken } of verifyLedger(ledger)) {
      chains.push([repository, links, broken]);
    }
    assert.deepEqual(chains, [
      ['acme/app', 1, null],
      ['acme/shop', 3, null],
    ]);
    assert.deepEqual(
      (await ledger.facts(key)).map((fact) => [fact.sequence, fact.type === 'id' && fact.id]),
      [
        [1, 'one'],
        [3, 'four'],
      ],
    );
    assert.equal(await ledger.record(key, [], 'guid-1', 5), false);
    const taken = await ledger.take({ holder: 'this test', ms: 60_000 });
    assert.deepEqual([taken?.key.number, taken?.mark], [13, 7]);
    await ledger.close();
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
